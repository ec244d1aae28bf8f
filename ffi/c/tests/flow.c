/* The flow level: a question is repeated until it is answered, wrong answers change nothing, the end is given once. */
#include "check.h"

static const char *const pod[] = {"AWS_ROLE_ARN=arn:aws:iam::111122223333:role/checkout", "AWS_REGION=eu-west-1",
                                  "AWS_WEB_IDENTITY_TOKEN_FILE=/token", NULL};
static const char *const keys[] = {"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=IRSACANARY",
                                   "AWS_REGION=eu-west-1", NULL};
static const irsa_now now = {INT64_C(1795514400000), 1000};

static irsa_flow *flow_in(const char *const *environment) {
    irsa_chain chain = IRSA_ZERO;
    irsa_flow *flow = NULL;
    irsa_error *err = NULL;
    chain.size = sizeof chain;
    chain.environment = environment;
    chain.seed = 1;
    CHECK_OK(irsa_flow_new_chain(&chain, 31000, &flow, &err));
    return flow;
}

static irsa_answer answer_to(uint32_t id, uint32_t kind) {
    irsa_answer answer = IRSA_ZERO;
    answer.size = sizeof answer;
    answer.id = id;
    answer.kind = kind;
    return answer;
}

static void keys_need_no_question(void) {
    irsa_flow *flow = flow_in(keys);
    const irsa_effect *effect = NULL;
    irsa_credentials *mine = NULL, *again = NULL;
    irsa_buffer *json = NULL;
    irsa_error *err = NULL;
    CHECK_CODE(irsa_flow_credentials(flow, &mine, &err), IRSA_C_ORDER);
    CHECK_OK(irsa_flow_next(flow, now, &effect, &err));
    CHECK(effect == NULL);
    CHECK_OK(irsa_flow_credentials(flow, &mine, &err));
    CHECK_OK(irsa_flow_credentials(flow, &again, &err));
    CHECK_CODE(irsa_flow_output(flow, &json, &err), IRSA_C_ORDER);
    CHECK_CODE(irsa_flow_next(flow, now, &effect, &err), IRSA_FLOW_FINISHED);
    CHECK_OK(irsa_flow_explain(flow, &json, &err));
    CHECK(strstr(irsa_buffer_text(json), "AKIDEXAMPLE") != NULL);
    CHECK(strstr(irsa_buffer_text(json), "IRSACANARY") == NULL);
    irsa_buffer_free(json);
    irsa_flow_free(flow);
    CHECK_TEXT(irsa_credentials_access_key_id(mine), "AKIDEXAMPLE");
    CHECK_TEXT(irsa_credentials_region(again), "eu-west-1");
    irsa_credentials_free(mine);
    irsa_credentials_free(again);
}

static void a_question_stays_until_it_is_answered(void) {
    irsa_flow *flow = flow_in(pod);
    const irsa_effect *effect = NULL, *same = NULL;
    irsa_answer answer;
    irsa_error *err = NULL;
    CHECK_EQ(irsa_flow_deadline(flow), 31000);
    CHECK_OK(irsa_flow_next(flow, now, &effect, &err));
    if (!CHECK(effect != NULL))
        return;
    CHECK_EQ(effect->kind, IRSA_EFFECT_READ_FILE);
    CHECK_TEXT(effect->path.data, "/token");
    CHECK_OK(irsa_flow_next(flow, now, &same, &err));
    CHECK(same == effect && same->id == 1);
    answer = answer_to(2, IRSA_EFFECT_READ_FILE);
    CHECK_CODE(irsa_flow_answer(flow, &answer, &err), IRSA_FLOW_ANSWER_UNASKED);
    answer = answer_to(1, IRSA_EFFECT_WAIT);
    CHECK_CODE(irsa_flow_answer(flow, &answer, &err), IRSA_FLOW_ANSWER_MISMATCH);
    answer = answer_to(1, 9);
    CHECK_CODE(irsa_flow_answer(flow, &answer, &err), IRSA_C_VALUE);
    answer = answer_to(1, IRSA_EFFECT_READ_FILE);
    answer.fault = 9;
    CHECK_CODE(irsa_flow_answer(flow, &answer, &err), IRSA_C_VALUE);
    answer.fault = IRSA_FILE_FAULT_OTHER;
    answer.detail = irsa_str_of("no \xff such");
    CHECK_OK(irsa_flow_answer(flow, &answer, &err));
    CHECK_CODE(irsa_flow_answer(flow, &answer, &err), IRSA_FLOW_ANSWER_UNASKED);
    CHECK_CODE(irsa_flow_next(flow, now, &effect, &err), IRSA_TOKEN_FILE_UNREADABLE);
    CHECK_CODE(irsa_flow_answer(flow, &answer, &err), IRSA_FLOW_FINISHED);
    irsa_flow_free(flow);
}

static void what_cannot_be_done_ends_it(void) {
    irsa_flow *flow = flow_in(pod);
    const irsa_effect *effect = NULL;
    irsa_answer answer = answer_to(1, IRSA_EFFECT_UNSUPPORTED);
    irsa_credentials *mine = NULL;
    irsa_error *err = NULL;
    CHECK_OK(irsa_flow_next(flow, now, &effect, &err));
    CHECK_OK(irsa_flow_answer(flow, &answer, &err));
    CHECK_CODE(irsa_flow_next(flow, now, &effect, &err), IRSA_HOST_UNSUPPORTED);
    CHECK_CODE(irsa_flow_credentials(flow, &mine, &err), IRSA_HOST_UNSUPPORTED);
    irsa_flow_free(flow);
}

static void it_ends_at_its_deadline(void) {
    irsa_flow *flow = flow_in(pod);
    const irsa_effect *effect = NULL;
    irsa_now late = {INT64_C(1795514431000), 31000};
    irsa_buffer *json = NULL;
    irsa_error *err = NULL;
    CHECK_OK(irsa_flow_next(flow, now, &effect, &err));
    CHECK_CODE(irsa_flow_next(flow, late, &effect, &err), IRSA_DEADLINE);
    CHECK_OK(irsa_flow_trail(flow, &json, &err));
    CHECK(strstr(irsa_buffer_text(json), "read /token") != NULL);
    irsa_buffer_free(json);
    irsa_flow_free(flow);
}

int main(void) {
    RUN(keys_need_no_question);
    RUN(a_question_stays_until_it_is_answered);
    RUN(what_cannot_be_done_ends_it);
    RUN(it_ends_at_its_deadline);
    return check_end("flow");
}

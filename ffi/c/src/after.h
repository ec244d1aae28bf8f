
#ifdef __cplusplus
extern "C" {
#endif

/* A text as irsa takes it: NULL is empty. */
static inline irsa_str irsa_str_of(const char *text) {
    irsa_str made;
    made.data = text;
    made.len = text == NULL ? 0 : strlen(text);
    return made;
}

#ifdef __cplusplus
}
#endif

/* A literal as an irsa_str, for initialisers: irsa_header host = {IRSA_STR("host"), IRSA_STR("example.com")}; */
#define IRSA_STR(literal) {(literal), sizeof(literal) - 1}

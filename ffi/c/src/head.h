/* irsa.h: AWS credentials and signed requests for a pod with a service account. Made by cbindgen; do not edit.
 *
 * The rules
 *  1. Functions that can fail give 0 (IRSA_OK) or the error's number, and take `irsa_error **err` last. It may be NULL.
 *     After a failure *err is an error to be freed, after a success NULL. Other outputs are untouched by a failure.
 *  2. Names: irsa_<noun>_<verb>(handle, inputs, outputs, err). `const` means that nothing of it changes that one can see.
 *  3. A handle that a function leaves in an output (**) is yours: free it with irsa_<noun>_free, once. NULL is fine there.
 *     What is lent (const char *, irsa_str, irsa_bytes, const struct *) lives as long as the handle it came from.
 *  4. NULL is never read. Where a comment does not say that it may be NULL, it gives IRSA_C_NULL, and NULL or 0 from
 *     functions that cannot fail. All other pointers have to be good for the call; what is written overlaps nothing else.
 *  5. Text is UTF-8. In: a C string, or an irsa_str, which needs no NUL. Out: always with a NUL behind it. Header values
 *     and bodies are any bytes. Times are milliseconds since 1970-01-01T00:00:00Z unless their name says otherwise.
 *  6. Structs that may grow begin with `size`. Set all of it to zero (= IRSA_ZERO), then `size` to sizeof it; a program
 *     built with an older header goes on working. Structs that irsa lends only grow at their end: their `size` is that of
 *     the library's, so a copy gets its own sizeof.
 *  7. Threads: irsa_provider and irsa_cancel may be used by many at once, and so may whatever is only read (const) but an
 *     irsa_flow. All other handles by one at a time. A name is looked up, and a program's output read, on a thread that
 *     ends with that; none stays unless an option asks for it. They have the signal mask of the thread that called. Do not
 *     cancel (pthread_cancel) or jump out of a thread within irsa.
 *  8. fork: a child may use what it inherits. Its providers and cancel switches start anew at their first use: with the
 *     credentials in hand, without a lock, a thread or a connection of the parent's. Do not fork from within a callback.
 *  9. There is nothing to initialise, and nothing to shut down but handles. The library stays loaded after dlclose.
 *     It prints nothing, installs no signal handler, changes no environment. A bug of its own is IRSA_BUG, not a crash.
 * 10. Secrets are wiped when freed, and are in no error and no log line. Numbers of errors never change (docs/errors).
 *
 * The order: numbers of errors and other constants; structs; then functions, by what they are for:
 *     texts, time, errors      irsa_buffer_, irsa_clock_, irsa_code_, irsa_error_, irsa_version
 *     provider                 irsa_provider_, irsa_signed_: most programs begin here; irsa_cancel_, irsa_credentials_,
 *                              irsa_prepared_, irsa_headers_, irsa_received_
 *     signatures               irsa_keys_, irsa_request_, irsa_http_call_, irsa_url_, irsa_explanation_, irsa_hash_
 *     flows                    irsa_flow_, and irsa_effect_, irsa_answer_, irsa_message_
 *     services                 irsa_sts_, irsa_secret_, irsa_parameters_, irsa_s3_, irsa_rds_, irsa_token_: one function
 *                              makes the request, one reads the answer; irsa_provider_send is between them
 *     judging, AWS's texts     irsa_trust_, irsa_policy_, irsa_jws_, irsa_jwks_; ARNs, times, profiles
 */

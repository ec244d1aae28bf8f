
/* Of this header; irsa_version() is that of the library. */
#define IRSA_VERSION "@VERSION@"

/* What a struct is set to before its size is. */
#ifdef __cplusplus
#define IRSA_ZERO {}
#else
#define IRSA_ZERO {0}
#endif

/* An irsa_str for printf's %.*s. */
#define IRSA_PRINT(text) (int)(text).len, (text).data

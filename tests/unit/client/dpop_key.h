/* A P-256 key made for these tests, good for nothing else. */
#define DPOP_KEY \
  "-----BEGIN EC PRIVATE KEY-----\n" \
  "MHcCAQEEIJmAxTSGOLLJD3VyrkpWdpbDQRkdJDyb0yIsHevHsdF5oAoGCCqGSM49\n" \
  "AwEHoUQDQgAEmRfRCQlWJ21uvjnwERjY4NT4hQ8xrkbc9fsk6JsRvbal2i17omE3\n" \
  "rFRU+1ZcvOg0itb4xVkk1Suz9YJ8R1DjcQ==\n" \
  "-----END EC PRIVATE KEY-----\n" \
  ""

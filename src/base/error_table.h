/* Every error that a call can end in: X(symbol, exception name, HTTP status, wire prefix).
 * The symbol gives CYN_E_<symbol>; the prefix is what stands before '#' in an answer's __type. */
#ifndef CYN_BASE_ERROR_TABLE_H
#define CYN_BASE_ERROR_TABLE_H

#define CYN_WIRE_DYNAMODB "com.amazonaws.dynamodb.v20120810"
#define CYN_WIRE_SERVICE "com.amazon.coral.service"
#define CYN_WIRE_VALIDATE "com.amazon.coral.validate"

#define CYN_ERROR_TABLE(X)                                                                       \
  X(VALIDATION, "ValidationException", 400, CYN_WIRE_VALIDATE)                                   \
  X(SERIALIZATION, "SerializationException", 400, CYN_WIRE_SERVICE)                              \
  X(UNKNOWN_OPERATION, "UnknownOperationException", 400, CYN_WIRE_SERVICE)                       \
  X(ACCESS_DENIED, "AccessDeniedException", 400, CYN_WIRE_SERVICE)                               \
  X(MISSING_AUTHENTICATION_TOKEN, "MissingAuthenticationTokenException", 400, CYN_WIRE_SERVICE)  \
  X(INCOMPLETE_SIGNATURE, "IncompleteSignatureException", 400, CYN_WIRE_SERVICE)                 \
  X(INVALID_SIGNATURE, "InvalidSignatureException", 400, CYN_WIRE_SERVICE)                       \
  X(UNRECOGNIZED_CLIENT, "UnrecognizedClientException", 400, CYN_WIRE_SERVICE)                   \
  X(EXPIRED_TOKEN, "ExpiredTokenException", 400, CYN_WIRE_SERVICE)                               \
  X(CONDITIONAL_CHECK_FAILED, "ConditionalCheckFailedException", 400, CYN_WIRE_DYNAMODB)         \
  X(RESOURCE_NOT_FOUND, "ResourceNotFoundException", 400, CYN_WIRE_DYNAMODB)                     \
  X(RESOURCE_IN_USE, "ResourceInUseException", 400, CYN_WIRE_DYNAMODB)                           \
  X(LIMIT_EXCEEDED, "LimitExceededException", 400, CYN_WIRE_DYNAMODB)                            \
  X(TRANSACTION_CANCELED, "TransactionCanceledException", 400, CYN_WIRE_DYNAMODB)                \
  X(TRANSACTION_CONFLICT, "TransactionConflictException", 400, CYN_WIRE_DYNAMODB)                \
  X(TRANSACTION_IN_PROGRESS, "TransactionInProgressException", 400, CYN_WIRE_DYNAMODB)           \
  X(IDEMPOTENT_PARAMETER_MISMATCH, "IdempotentParameterMismatchException", 400, CYN_WIRE_DYNAMODB) \
  X(ITEM_COLLECTION_SIZE_LIMIT, "ItemCollectionSizeLimitExceededException", 400, CYN_WIRE_DYNAMODB) \
  X(THROUGHPUT_EXCEEDED, "ProvisionedThroughputExceededException", 400, CYN_WIRE_DYNAMODB)       \
  X(REQUEST_LIMIT_EXCEEDED, "RequestLimitExceeded", 400, CYN_WIRE_DYNAMODB)                      \
  X(THROTTLING, "ThrottlingException", 400, CYN_WIRE_DYNAMODB)                                   \
  X(DUPLICATE_ITEM, "DuplicateItemException", 400, CYN_WIRE_DYNAMODB)                            \
  X(TABLE_NOT_FOUND, "TableNotFoundException", 400, CYN_WIRE_DYNAMODB)                           \
  X(TABLE_ALREADY_EXISTS, "TableAlreadyExistsException", 400, CYN_WIRE_DYNAMODB)                 \
  X(TABLE_IN_USE, "TableInUseException", 400, CYN_WIRE_DYNAMODB)                                 \
  X(BACKUP_NOT_FOUND, "BackupNotFoundException", 400, CYN_WIRE_DYNAMODB)                         \
  X(POLICY_NOT_FOUND, "PolicyNotFoundException", 400, CYN_WIRE_DYNAMODB)                         \
  X(TRIMMED_DATA_ACCESS, "TrimmedDataAccessException", 400, CYN_WIRE_DYNAMODB)                   \
  X(EXPIRED_ITERATOR, "ExpiredIteratorException", 400, CYN_WIRE_DYNAMODB)                        \
  X(REPLICATED_WRITE_CONFLICT, "ReplicatedWriteConflictException", 409, CYN_WIRE_DYNAMODB)       \
  X(NOT_IMPLEMENTED, "NotImplementedException", 400, CYN_WIRE_DYNAMODB)                          \
  X(INTERNAL, "InternalServerError", 500, CYN_WIRE_DYNAMODB)                                     \
  X(UNAVAILABLE, "ServiceUnavailableException", 503, CYN_WIRE_DYNAMODB)                          \
  /* what the library itself answers; a server never sends these */                             \
  X(OUT_OF_MEMORY, "CynamoOutOfMemory", 500, CYN_WIRE_DYNAMODB)                                  \
  X(USAGE, "CynamoUsageError", 400, CYN_WIRE_DYNAMODB)                                           \
  X(STORE, "CynamoStoreError", 500, CYN_WIRE_DYNAMODB)                                           \
  X(STORE_LOCKED, "CynamoStoreLocked", 500, CYN_WIRE_DYNAMODB)                                   \
  X(STORE_FULL, "CynamoStoreFull", 500, CYN_WIRE_DYNAMODB)                                       \
  X(STORE_VERSION, "CynamoStoreVersion", 500, CYN_WIRE_DYNAMODB)                                 \
  X(CONNECTION, "CynamoConnectionError", 500, CYN_WIRE_DYNAMODB)                                 \
  X(TIMEOUT, "CynamoTimeout", 500, CYN_WIRE_DYNAMODB)                                            \
  X(CREDENTIALS, "CynamoNoCredentials", 400, CYN_WIRE_DYNAMODB)                                  \
  X(CHECKSUM, "CynamoChecksumError", 500, CYN_WIRE_DYNAMODB)                                     \
  X(FORKED, "CynamoForked", 500, CYN_WIRE_DYNAMODB)                                              \
  X(NOT_ON_BACKEND, "CynamoNotOnBackend", 400, CYN_WIRE_DYNAMODB)                                \
  X(BAD_ANSWER, "CynamoBadAnswer", 500, CYN_WIRE_DYNAMODB)                                       \
  /* an error of a server that has no row above: cyn_error.name is the server's own word */      \
  X(SERVICE, "CynamoServiceError", 400, CYN_WIRE_DYNAMODB)                                       \
  /* what the mapper answers */                                                                  \
  X(MODEL, "CynamoModelError", 400, CYN_WIRE_DYNAMODB)                                           \
  X(NULL_VALUE, "CynamoNullError", 400, CYN_WIRE_DYNAMODB)                                       \
  X(DESERIALIZATION, "CynamoDeserializationError", 400, CYN_WIRE_DYNAMODB)                       \
  X(DOES_NOT_EXIST, "CynamoDoesNotExist", 400, CYN_WIRE_DYNAMODB)                                \
  X(UNPROCESSED, "CynamoUnprocessed", 400, CYN_WIRE_DYNAMODB)                                    \
  X(INTERRUPTED, "CynamoInterrupted", 500, CYN_WIRE_DYNAMODB)

typedef enum cyn_i_error_code {
  CYN_E_NONE = 0,
#define X(symbol, name, status, prefix) CYN_E_##symbol,
  CYN_ERROR_TABLE(X)
#undef X
      CYN_E_COUNT
} cyn_i_error_code;

#endif

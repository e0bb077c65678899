/* Cynamo: the object mapper. A model is a plain struct and a constant descriptor beside it.
 *
 *   typedef struct { const char *forum, *subject; int64_t views; cyn_time last_post; cyn_string_set tags; } thread;
 *
 *   CYN_MODEL(thread, CYN_TABLE("Thread", .region = "us-west-1"),
 *             CYN_HASH_KEY(forum), CYN_RANGE_KEY(subject), CYN_ATTR(views, .default_text = "0"),
 *             CYN_ATTR(last_post, .name = "LastPost", .nullable = true), CYN_ATTR(tags));
 *
 *   thread t = {.forum = "Cynamo", .subject = "Signals"};
 *   if (cyn_save(db, thread, &t, cyn_if("attribute_not_exists(forum)"), &error)) …
 *   if (cyn_update(db, thread, &t, cyn_expr("SET views = views + ?", 1), cyn_if("views < ?", 100), memory, &error)) …
 *   if (cyn_get(db, thread, &t, cyn_keys("Cynamo", "Signals"), NULL, memory, &error)) …
 *
 *   cyn_cursor *c = cyn_find(db, thread, cyn_expr("forum = ? AND begins_with(subject, ?)", "Cynamo", "S"),
 *                            cyn_read(.limit = 10, .filter = cyn_expr("views > ?", 3.5)), &error);
 *   while (cyn_next(c, thread, &t)) …
 *   if (cyn_cursor_close(c, &error)) …
 *
 * Expressions are DynamoDB's own, with field names for attributes and a ? for each value; both are checked against the
 * model, names that DynamoDB reserves are taken care of, and a text is looked at once. What C can check is checked by the
 * compiler: the macros do not compile with a field that the struct lacks, with one of a type that DynamoDB has no value
 * for, with a struct of another model.
 *
 * Memory: what a call reads into a struct (strings, lists, …) lives in the `cyn_memory` that the call was given, or until
 * the cursor's next step. What a struct points to when it is saved is the caller's own.
 * C17 and C++20. docs/high-level-api.md is the guide. */
#ifndef CYNAMO_MODEL_H
#define CYNAMO_MODEL_H

#include <cynamo/db.h>
#include <cynamo/model_types.h>
#include <cynamo/operations.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the descriptor, as the macros below write it ---- */

typedef struct cyn_model cyn_model;
typedef struct cyn_attribute cyn_attribute;
typedef struct cyn_bind cyn_bind;

/* What a field is in C. The macros find it by the field's type. */
typedef enum cyn_field_kind {
  CYN_FIELD_NONE = 0, /* no DynamoDB value: does not compile */
  CYN_FIELD_STRING,   /* const char *, char * */
  CYN_FIELD_CHARS,    /* char[N], NUL-terminated */
  CYN_FIELD_OCTETS,   /* unsigned char[N]: binary of exactly N bytes */
  CYN_FIELD_BYTES,    /* cyn_bytes: binary, or a string with .as = CYN_TYPE_S */
  CYN_FIELD_INT8,
  CYN_FIELD_INT16,
  CYN_FIELD_INT32,
  CYN_FIELD_INT64,
  CYN_FIELD_UINT8,
  CYN_FIELD_UINT16,
  CYN_FIELD_UINT32,
  CYN_FIELD_UINT64,
  CYN_FIELD_FLOAT,
  CYN_FIELD_DOUBLE,
  CYN_FIELD_BOOL,
  CYN_FIELD_OPT_INT,    /* cyn_opt_int: a number that may be absent */
  CYN_FIELD_OPT_DOUBLE,
  CYN_FIELD_OPT_BOOL,
  CYN_FIELD_DECIMAL,
  CYN_FIELD_TIME,       /* a string of 31 characters; CYN_TTL: a number of seconds */
  CYN_FIELD_STRING_SET,
  CYN_FIELD_INT_SET,
  CYN_FIELD_DOUBLE_SET,
  CYN_FIELD_NUMBER_SET,
  CYN_FIELD_BINARY_SET,
  CYN_FIELD_ITEM,       /* cyn_item: a map of any shape */
  CYN_FIELD_VALUE,      /* cyn_value: anything */
  CYN_FIELD_MAP,        /* a struct with a model of its own */
  CYN_FIELD_MAP_POINTER,/* a pointer to one; NULL is absent */
  CYN_FIELD_LIST,       /* CYN_LIST_OF(…) */
  CYN_FIELD_ENUM,       /* an integer that stands in the table as one of a list of names */
  CYN_FIELD_JSON,       /* const char *: JSON text, stored as a string */
  CYN_FIELD_TTL,        /* cyn_time as epoch seconds */
  CYN_FIELD_CUSTOM,     /* by functions of the program */
  CYN_FIELD_PARENT      /* the struct of the model that this one extends */
} cyn_field_kind;

typedef enum cyn_attribute_role {
  CYN_ROLE_PLAIN = 0,
  CYN_ROLE_HASH,
  CYN_ROLE_RANGE,
  CYN_ROLE_VERSION,
  CYN_ROLE_TTL,
  CYN_ROLE_DISCRIMINATOR,
  CYN_ROLE_PARENT
} cyn_attribute_role;

/* A type of the program's own. Both functions return CYN_OK or the status of cyn_fail. */
typedef struct cyn_custom_type {
  const char *name;  /* for messages */
  cyn_type type;     /* of the attribute */
  /* Writes the field's value: *out points into `memory`, to static memory, or to the field itself; its kind must be one
   * that `type` allows. out->kind == CYN_BIND_NULL means absent. */
  cyn_status (*serialize)(const void *field, cyn_memory *memory, cyn_bind *out, cyn_error *error);
  /* Reads a value of `type` into the field; `value` is borrowed for the call. */
  cyn_status (*deserialize)(void *field, cyn_value value, cyn_memory *memory, cyn_error *error);
} cyn_custom_type;

/* What may stand behind a field in CYN_ATTR and its kin, in this order. */
typedef struct cyn_attribute_options {
  size_t size CYN_I_ZERO;
  const char *name CYN_I_ZERO;          /* of the attribute, where it is not the field's */
  bool nullable CYN_I_ZERO;             /* may be absent (NULL, not set); such an attribute is not written */
  bool omit_zero CYN_I_ZERO;            /* a number of 0, false, "": not written, as if absent */
  const char *default_text CYN_I_ZERO;  /* for cyn_init, for an absent attribute read, for an absent field saved */
  const char *default_for_new CYN_I_ZERO; /* for cyn_init only */
  void (*default_call)(void *field) CYN_I_ZERO; /* instead of default_text: sets the field */
  void (*default_for_new_call)(void *field) CYN_I_ZERO; /* instead of default_for_new */
  int as CYN_I_ZERO;                    /* CYN_TYPE_S: a cyn_bytes that is a string */
  const char *aliases CYN_I_ZERO;       /* CYN_PARENT: further values of the discriminator, "a, b" */
  int end_ CYN_I_ZERO;
} cyn_attribute_options;

struct cyn_attribute {
  const char *field;
  size_t offset;
  size_t field_size;
  int kind; /* cyn_field_kind */
  int role; /* cyn_attribute_role */
  int element_kind;             /* CYN_FIELD_LIST; CYN_FIELD_ENUM: of the integer */
  size_t element_size;          /* CYN_FIELD_LIST, CYN_FIELD_MAP_POINTER */
  const cyn_model *model;       /* maps, lists of structs, the parent */
  const char *const *names;     /* CYN_FIELD_ENUM, lists of them */
  size_t name_count;
  const cyn_custom_type *custom;
  cyn_attribute_options options;
};

typedef struct cyn_index_options {
  size_t size CYN_I_ZERO;
  bool keys_only CYN_I_ZERO;            /* projection; neither this nor include: all attributes */
  const char *include CYN_I_ZERO;       /* projection: fields "a, b" beside the keys */
  int64_t read_units CYN_I_ZERO, write_units CYN_I_ZERO;
  int end_ CYN_I_ZERO;
} cyn_index_options;

typedef struct cyn_model_index {
  const char *name; /* NULL ends the array */
  bool is_local;
  const char *hash, *range; /* fields, "a, b" where there are several; NULL: none, or the table's */
  cyn_index_options options;
} cyn_model_index;

/* What may stand behind the table's name in CYN_TABLE, in this order. All but the keys of the table may be changed at run
 * time by cyn_model_set and cyn_db_model_set. */
#define CYN_NO_RETRIES (-1)

typedef struct cyn_model_options {
  size_t size CYN_I_ZERO;
  const char *table CYN_I_ZERO;
  const char *prefix CYN_I_ZERO;            /* before the table's name */
  const char *region CYN_I_ZERO;
  const char *host CYN_I_ZERO;              /* a URL as cyn_open takes it: this model lives in another database */
  const char *access_key_id CYN_I_ZERO, *secret_access_key CYN_I_ZERO, *session_token CYN_I_ZERO;
  const char *profile CYN_I_ZERO;           /* of the credentials and config files, where no keys stand here */
  double connect_timeout_seconds CYN_I_ZERO, read_timeout_seconds CYN_I_ZERO; /* 0: as the database has it; so all these */
  int64_t max_retry_attempts CYN_I_ZERO;    /* repetitions after the first attempt; CYN_NO_RETRIES: none */
  int64_t max_pool_connections CYN_I_ZERO;
  const char *retry_mode CYN_I_ZERO;        /* "standard", "legacy", "adaptive" */
  const char *extra_headers CYN_I_ZERO;     /* "Name: value, Name: value": sent with each request */
  int64_t read_units CYN_I_ZERO, write_units CYN_I_ZERO; /* either makes the table PROVISIONED; else PAY_PER_REQUEST */
  const char *stream CYN_I_ZERO;            /* CYN_STREAM_VIEW_TYPE_…; NULL: no stream */
  const char *tags CYN_I_ZERO;              /* "team=db, stage=dev" */
  bool deletion_protection CYN_I_ZERO;
  const cyn_model *const *family CYN_I_ZERO; /* the models that extend this one, NULL-terminated: CYN_FAMILY */
  int end_ CYN_I_ZERO;
} cyn_model_options;

/* What the library keeps about a model while the process lives. */
typedef struct cyn_model_state {
  void *plan;     /* private */
  void *settings; /* private */
} cyn_model_state;

struct cyn_model {
  const char *type;
  size_t struct_size;
  cyn_model_options options;
  const cyn_attribute *attributes;
  size_t attribute_count;
  const cyn_model_index *indexes; /* ends with a NULL name */
  cyn_model_state *state;
};

/* ---- values and expressions ---- */

typedef enum cyn_bind_kind {
  CYN_BIND_NULL = 0,
  CYN_BIND_STRING,
  CYN_BIND_INT,
  CYN_BIND_UINT,
  CYN_BIND_DOUBLE,
  CYN_BIND_BOOL,
  CYN_BIND_BYTES,
  CYN_BIND_TIME,
  CYN_BIND_DECIMAL,
  CYN_BIND_STRING_SET,
  CYN_BIND_INT_SET,
  CYN_BIND_DOUBLE_SET,
  CYN_BIND_NUMBER_SET,
  CYN_BIND_BINARY_SET,
  CYN_BIND_ITEM,
  CYN_BIND_VALUE,
  CYN_BIND_STRUCT, /* cyn_struct */
  CYN_BIND_FIELD   /* cyn_field */
} cyn_bind_kind;

/* One value in an expression: borrowed until the call returns. */
struct cyn_bind {
  int kind;
  union {
    const char *string;
    int64_t integer;
    uint64_t natural;
    double real;
    bool truth;
    cyn_bytes bytes;
    cyn_time time;
    const cyn_decimal *decimal;
    cyn_string_set strings;
    cyn_int_set integers;
    cyn_double_set reals;
    cyn_number_set numbers;
    cyn_binary_set binaries;
    cyn_item item;
    cyn_value value;
    struct {
      const cyn_model *model;
      const void *object;
      size_t offset;
    } of;
  } as;
};

/* A text and its values, borrowed; made by cyn_expr and cyn_keys. All zero is no expression. */
typedef struct cyn_expression {
  const cyn_bind *binds CYN_I_ZERO; /* the first is the text */
  size_t count CYN_I_ZERO;
} cyn_expression;

/* ---- options of calls: cyn_write(.name = value, …), in this order; NULL for none ---- */

typedef struct cyn_write_options {
  size_t size CYN_I_ZERO;
  cyn_expression condition CYN_I_ZERO;
  bool ignore_version CYN_I_ZERO;          /* no condition on the version attribute */
  const char *return_values CYN_I_ZERO;    /* CYN_RETURN_VALUE_…: filled into `returned` */
  cyn_item *returned CYN_I_ZERO;           /* absent when there is none; lives in `memory` */
  cyn_memory *memory CYN_I_ZERO;
  bool return_on_failure CYN_I_ZERO;       /* error.item is the item that failed the condition */
  double *consumed CYN_I_ZERO;             /* the consumed capacity units are added to it */
  int end_ CYN_I_ZERO;
} cyn_write_options;

typedef struct cyn_read_options {
  size_t size CYN_I_ZERO;
  const char *index CYN_I_ZERO;
  bool consistent CYN_I_ZERO;
  bool backward CYN_I_ZERO;               /* descending sort key */
  int64_t limit CYN_I_ZERO;               /* objects in all; 0: no limit */
  int64_t page_size CYN_I_ZERO;           /* items evaluated in one request; 0: as many as fit */
  cyn_expression filter CYN_I_ZERO;
  const char *fields CYN_I_ZERO;          /* read these only: "subject, author.name"; the others stay zero */
  cyn_item start CYN_I_ZERO;              /* go on behind this key (cyn_cursor_position) */
  int64_t segment CYN_I_ZERO, total_segments CYN_I_ZERO; /* of a scan */
  double rate_limit CYN_I_ZERO;           /* capacity units a second; 0: none */
  double *consumed CYN_I_ZERO;            /* the consumed capacity units are added to it */
  cyn_memory *memory CYN_I_ZERO;          /* where objects of a cursor live; NULL: until its next step */
  int end_ CYN_I_ZERO;
} cyn_read_options;

/* ---- one object ----
 * Functions end in the model and take any struct; the macros of the same meaning (cyn_save, …) check the struct's type.
 * Errors of all: those of the operation; CynamoModelError for a model, an expression or a value that is wrong (the
 * message names model, attribute and rule); CynamoNullError for an attribute that must not be absent. */

/* Writes the object; a version attribute is checked and becomes one more. */
CYN_API cyn_status cyn_model_save(cyn_db *db, const cyn_model *model, void *object, const cyn_write_options *options,
                                  cyn_error *error) CYN_MUST_USE;
/* Reads the object of the key values into *object, which is filled anew; what it points to lives in `memory`.
 * Errors: CynamoDoesNotExist (then *object is not changed), CynamoDeserializationError. */
CYN_API cyn_status cyn_model_get(cyn_db *db, const cyn_model *model, void *object, cyn_expression keys,
                                 const cyn_read_options *options, cyn_memory *memory, cyn_error *error) CYN_MUST_USE;
/* As get, as whichever model of the family the item's discriminator says: *kind is that model, and *object its struct in
 * `memory`; both are NULL after an error. */
CYN_API cyn_status cyn_model_get_any(cyn_db *db, const cyn_model *model, void **object, const cyn_model **kind,
                                     cyn_expression keys, const cyn_read_options *options, cyn_memory *memory,
                                     cyn_error *error) CYN_MUST_USE;
/* As get, by the object's own key. */
CYN_API cyn_status cyn_model_refresh(cyn_db *db, const cyn_model *model, void *object, const cyn_read_options *options,
                                     cyn_memory *memory, cyn_error *error) CYN_MUST_USE;
/* Changes the item of the object's key. With a memory the object becomes what is stored then; without one only its
 * version attribute is changed. */
CYN_API cyn_status cyn_model_update(cyn_db *db, const cyn_model *model, void *object, cyn_expression update,
                                    const cyn_write_options *options, cyn_memory *memory, cyn_error *error) CYN_MUST_USE;
/* Deletes the item of the object's key; none is no error unless a condition says so. */
CYN_API cyn_status cyn_model_delete(cyn_db *db, const cyn_model *model, const void *object,
                                    const cyn_write_options *options, cyn_error *error) CYN_MUST_USE;
/* Tells whether there is an item of these key values. */
CYN_API cyn_status cyn_model_exists(cyn_db *db, const cyn_model *model, cyn_expression keys,
                                    const cyn_read_options *options, bool *out, cyn_error *error) CYN_MUST_USE;
/* Sets the object to zero and then to the model's defaults. Errors: a default that its type does not take. */
CYN_API cyn_status cyn_model_init(const cyn_model *model, void *object, cyn_error *error) CYN_MUST_USE;

/* ---- many objects ---- */

typedef struct cyn_cursor cyn_cursor;

/* A query by a key condition such as cyn_expr("forum = ? AND views > ?", "Cynamo", 3), of the table or of options->index.
 * Never NULL but without memory; errors are told by cyn_cursor_close as well, so the loop over cyn_next may follow at once. */
CYN_API cyn_cursor *cyn_model_find(cyn_db *db, const cyn_model *model, cyn_expression key_condition,
                                   const cyn_read_options *options, cyn_error *error) CYN_MUST_USE;
/* All objects of the table or of options->index: a scan. */
CYN_API cyn_cursor *cyn_model_find_all(cyn_db *db, const cyn_model *model, const cyn_read_options *options,
                                       cyn_error *error) CYN_MUST_USE;
/* The next object; false at the end and at an error. What *object points to lives until the next step or close, or in
 * options->memory. NULL is allowed, and has no objects. `model` is the cursor's. */
CYN_API bool cyn_cursor_next(cyn_cursor *cursor, const cyn_model *model, void *object);
/* The next object of whichever model of the family its discriminator says: *model is set, the struct lives as its
 * members do. NULL as the end of cyn_cursor_next. */
CYN_API void *cyn_cursor_next_any(cyn_cursor *cursor, const cyn_model **model);
/* The next object as an item, borrowed until the next step. */
CYN_API bool cyn_cursor_next_item(cyn_cursor *cursor, cyn_item *item);
/* The key behind which a new cursor with the same condition goes on (options.start), after the object that was given last;
 * absent at the end of all. Lives in `memory`. */
CYN_API cyn_item cyn_cursor_position(cyn_cursor *cursor, cyn_memory *memory);
/* Items that the requests so far have evaluated and found, and the capacity units they took. */
CYN_API int64_t cyn_cursor_scanned_count(const cyn_cursor *cursor);
CYN_API int64_t cyn_cursor_count(const cyn_cursor *cursor);
CYN_API double cyn_cursor_consumed(const cyn_cursor *cursor);
/* Frees the cursor and returns the error that ended the loop, if one did; `error` may be NULL. NULL is allowed. */
CYN_API cyn_status cyn_cursor_close(cyn_cursor *cursor, cyn_error *error) CYN_MUST_USE;

/* Counts what a query (or, with CYN_NO_EXPRESSION, a scan) finds. */
CYN_API cyn_status cyn_model_count(cyn_db *db, const cyn_model *model, cyn_expression key_condition,
                                   const cyn_read_options *options, int64_t *out, cyn_error *error) CYN_MUST_USE;

/* Called for each object of a parallel scan, on the segment's thread; the object lives for the call. False ends the scan. */
typedef bool (*cyn_scan_visit)(void *object, int64_t segment, void *user);
/* Scans options->total_segments segments (default 4), each on a thread; options->rate_limit holds for all together. */
CYN_API cyn_status cyn_model_scan_parallel(cyn_db *db, const cyn_model *model, const cyn_read_options *options,
                                           cyn_scan_visit visit, void *user, cyn_error *error) CYN_MUST_USE;

/* Reads `count` objects by the keys that they hold, 100 a request, those left unprocessed again with back-off. Each one
 * found is filled; found[i] tells which (`found` may be NULL). Memory as with get. Options: consistent, fields, rate_limit,
 * consumed. */
CYN_API cyn_status cyn_model_get_many(cyn_db *db, const cyn_model *model, void *objects, size_t count, bool *found,
                                      const cyn_read_options *options, cyn_memory *memory, cyn_error *error) CYN_MUST_USE;

/* Objects of one model among several: made by cyn_want(T, objects, count, found). */
typedef struct cyn_wanted {
  const cyn_model *model;
  void *objects; /* an array of structs that hold their keys */
  size_t count;
  bool *found;   /* one for each object; NULL: not asked */
  const char *fields; /* of these objects only, as in cyn_read; NULL: all */
} cyn_wanted;

/* As get_many, for objects of `count` models at once: a request asks several tables. Options: consistent, rate_limit,
 * consumed. */
CYN_API cyn_status cyn_get_wanted(cyn_db *db, const cyn_wanted *wanted, size_t count, const cyn_read_options *options,
                                  cyn_memory *memory, cyn_error *error) CYN_MUST_USE;

/* ---- batches of writes ---- */

typedef struct cyn_batch cyn_batch;

typedef struct cyn_batch_open_options {
  size_t size CYN_I_ZERO;
  bool manual CYN_I_ZERO;          /* nothing is sent before cyn_batch_commit */
  int64_t attempts_max CYN_I_ZERO; /* of one request whose items come back unprocessed; 0: 10 */
  double *consumed CYN_I_ZERO;     /* the consumed capacity units are added to it */
  double rate_limit CYN_I_ZERO;    /* capacity units a second; 0: none */
  int end_ CYN_I_ZERO;
} cyn_batch_open_options;

/* Collects puts and deletes of any models, and sends each 25 (auto-commit). NULL when out of memory. */
CYN_API cyn_batch *cyn_batch_open(cyn_db *db, const cyn_batch_open_options *options) CYN_MUST_USE;
/* Adds a write; the object is copied. A second write of a key replaces the first. */
CYN_API cyn_status cyn_model_batch_save(cyn_batch *batch, const cyn_model *model, const void *object,
                                        cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_batch_delete(cyn_batch *batch, const cyn_model *model, const void *object,
                                          cyn_error *error) CYN_MUST_USE;
/* Sends what is collected. What comes back unprocessed is sent again with back-off; what is left after attempts_max makes
 * the error CynamoUnprocessed, stays in the batch and is told by cyn_batch_left. */
CYN_API cyn_status cyn_batch_commit(cyn_batch *batch, cyn_error *error) CYN_MUST_USE;
/* Writes that are not done; the i-th as the item or (is_delete) the key, borrowed. */
CYN_API size_t cyn_batch_left(const cyn_batch *batch);
CYN_API cyn_item cyn_batch_left_at(const cyn_batch *batch, size_t i, cyn_bytes *table, bool *is_delete);
/* Commits and frees the batch. */
CYN_API cyn_status cyn_batch_close(cyn_batch *batch, cyn_error *error) CYN_MUST_USE;
/* Frees the batch without sending what it holds: what to do when the program's own work has failed. NULL is allowed. */
CYN_API void cyn_batch_destroy(cyn_batch *batch);

/* ---- transactions ---- */

typedef struct cyn_transaction cyn_transaction;

/* Collects up to 100 actions of any models. NULL when out of memory. */
CYN_API cyn_transaction *cyn_transaction_new(cyn_db *db) CYN_MUST_USE;
CYN_API void cyn_transaction_destroy(cyn_transaction *transaction);
/* The idempotency token, at most 36 characters; without one each commit has its own. Copied. */
CYN_API void cyn_transaction_set_token(cyn_transaction *transaction, const char *token);
/* Actions that write. The object must live until commit, which changes its version attribute. Options: condition,
 * ignore_version, return_on_failure. */
CYN_API cyn_status cyn_model_transaction_save(cyn_transaction *transaction, const cyn_model *model, void *object,
                                              const cyn_write_options *options, cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_transaction_update(cyn_transaction *transaction, const cyn_model *model, void *object,
                                                cyn_expression update, const cyn_write_options *options,
                                                cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_transaction_delete(cyn_transaction *transaction, const cyn_model *model, void *object,
                                                const cyn_write_options *options, cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_transaction_check(cyn_transaction *transaction, const cyn_model *model, const void *object,
                                               const cyn_write_options *options, cyn_error *error) CYN_MUST_USE;
/* Reads the object of *object's key at commit; *found (may be NULL) tells whether there is one. */
CYN_API cyn_status cyn_model_transaction_get(cyn_transaction *transaction, const cyn_model *model, void *object,
                                             bool *found, cyn_error *error) CYN_MUST_USE;
/* Does all of it or nothing. `memory` holds what gets read, and may be NULL for writes. When cancelled, error.reasons has
 * one reason for each action, in the order of the calls. The transaction is empty afterwards. */
CYN_API cyn_status cyn_transaction_commit(cyn_transaction *transaction, cyn_memory *memory, double *consumed,
                                          cyn_error *error) CYN_MUST_USE;

/* ---- items and JSON ---- */

/* The object as an item, and back; in `memory`. */
CYN_API cyn_status cyn_model_to_item(const cyn_model *model, const void *object, cyn_item *out, cyn_memory *memory,
                                     cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_from_item(const cyn_model *model, void *object, cyn_item item, cyn_memory *memory,
                                       cyn_error *error) CYN_MUST_USE;
/* The object as plain JSON ({"forum":"Cynamo","views":3}; binary as base64, sets as arrays), and back. The text lives in
 * `memory`. Errors: CynamoDeserializationError, SerializationException (no JSON). */
CYN_API cyn_status cyn_model_to_json(const cyn_model *model, const void *object, const char **out, cyn_memory *memory,
                                     cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_from_json(const cyn_model *model, void *object, const char *json, cyn_memory *memory,
                                       cyn_error *error) CYN_MUST_USE;
/* True when the two objects have the same attributes with equal values. */
CYN_API bool cyn_model_equal(const cyn_model *model, const void *a, const void *b);

/* ---- tables ---- */

typedef struct cyn_table_options {
  size_t size CYN_I_ZERO;
  bool wait CYN_I_ZERO;               /* until the table is ACTIVE, or gone */
  int64_t wait_seconds_max CYN_I_ZERO; /* 0: 300 */
  bool ignore_existing CYN_I_ZERO;    /* create: a table that exists is no error; delete: one that does not */
  bool ignore_ttl_errors CYN_I_ZERO;  /* create: for endpoints without UpdateTimeToLive */
  int end_ CYN_I_ZERO;
} cyn_table_options;

/* Creates the model's table with its indexes, stream, tags and time to live. */
CYN_API cyn_status cyn_model_create_table(cyn_db *db, const cyn_model *model, const cyn_table_options *options,
                                          cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_delete_table(cyn_db *db, const cyn_model *model, const cyn_table_options *options,
                                          cyn_error *error) CYN_MUST_USE;
/* *out lives in `memory`. */
CYN_API cyn_status cyn_model_describe_table(cyn_db *db, const cyn_model *model, const cyn_table_description **out,
                                            cyn_memory *memory, cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_model_table_exists(cyn_db *db, const cyn_model *model, bool *out, cyn_error *error) CYN_MUST_USE;
/* Makes the table's time to live what the model says. */
CYN_API cyn_status cyn_model_update_ttl(cyn_db *db, const cyn_model *model, cyn_error *error) CYN_MUST_USE;

/* ---- settings at run time ----
 * What is set (not NULL, not 0) replaces the descriptor's; strings are copied. Order of force: the database's for the
 * model, the model's, the descriptor's; a prefix also from cyn_db_set_table_prefix. Set before calls are made. */

/* For the model, in the whole process. NULL takes the settings back. */
CYN_API cyn_status cyn_model_set(const cyn_model *model, const cyn_model_options *settings, cyn_error *error) CYN_MUST_USE;
/* For the model on one database. */
CYN_API cyn_status cyn_db_model_set(cyn_db *db, const cyn_model *model, const cyn_model_options *settings,
                                    cyn_error *error) CYN_MUST_USE;
/* Before the table names of all models on this database that have no prefix of their own. */
CYN_API cyn_status cyn_db_set_table_prefix(cyn_db *db, const char *prefix, cyn_error *error) CYN_MUST_USE;
/* The table's name in force; lives in `memory`, NULL when that is exhausted. */
CYN_API const char *cyn_model_table_name(cyn_db *db, const cyn_model *model, cyn_memory *memory);

/* For the functions of a cyn_custom_type: fills the error with CynamoModelError and returns its status. */
CYN_API cyn_status cyn_fail(cyn_error *error, const char *message);

#ifdef __cplusplus
}
#endif

#include <cynamo/model_macros.h>

#endif

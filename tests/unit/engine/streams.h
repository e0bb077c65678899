/* A table with a stream, and its stream's calls in short. */
#ifndef CYN_TESTS_ENGINE_STREAMS_H
#define CYN_TESTS_ENGINE_STREAMS_H

#include <stdarg.h>

#include "engine/service.h"

/* ' stands for ". */
static inline const char *streams_json(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static inline const char *streams_json(char *out, size_t size, const char *format, ...) {
  va_list args;
  va_start(args, format);
  (void)vsnprintf(out, size, format, args);
  va_end(args);
  for (char *c = out; *c != '\0'; c++)
    if (*c == '\'') *c = '"';
  return out;
}

static inline const char *streams_call(service *s, const char *operation, const char *quoted) {
  char json[3000];
  return service_call(s, operation, streams_json(json, sizeof json, "%s", quoted));
}

#define STREAMS_ARN "arn:aws:dynamodb:us-east-1:000000000000:table/abc/stream/2026-09-21T14:13:20.123" /* SERVICE_START_MS */

static inline void streams_table(service *s, const char *name, const char *view) {
  char json[600];
  (void)service_has(s, "CreateTable",
                    streams_json(json, sizeof json,
                                 "{'TableName':'%s','BillingMode':'PAY_PER_REQUEST','KeySchema':[{'AttributeName':'p',"
                                 "'KeyType':'HASH'}],'AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}],"
                                 "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'%s'}}",
                                 name, view),
                    "LatestStreamArn");
}

static inline void streams_switch(service *s, const char *view) {
  char json[300];
  if (view == NULL)
    (void)streams_json(json, sizeof json, "{'TableName':'abc','StreamSpecification':{'StreamEnabled':false}}");
  else
    (void)streams_json(json, sizeof json,
                       "{'TableName':'abc','StreamSpecification':{'StreamEnabled':true,'StreamViewType':'%s'}}", view);
  (void)service_has(s, "UpdateTable", json, "TableDescription");
}

static inline void streams_put(service *s, const char *key, int n) {
  char json[300];
  CHECK_STR(service_call(s, "PutItem", streams_json(json, sizeof json, "{'TableName':'abc','Item':{'p':{'S':'%s'},'n':{'N':'%d'}}}", key, n)), "{}");
}

static inline void streams_delete(service *s, const char *key) {
  char json[300];
  CHECK_STR(service_call(s, "DeleteItem", streams_json(json, sizeof json, "{'TableName':'abc','Key':{'p':{'S':'%s'}}}", key)), "{}");
}

/* The text behind "name":" in an answer; empty when it is not there. */
static inline const char *streams_field(const char *answer, const char *name, char *out, size_t size) {
  char wanted[80];
  (void)snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
  const char *at = strstr(answer, wanted);
  size_t used = 0;
  if (at != NULL)
    for (at += strlen(wanted); *at != '"' && *at != '\0' && used + 1 < size; at++) out[used++] = *at;
  out[used] = '\0';
  return out;
}

static inline const char *streams_shard(service *s, const char *arn) {
  static char shard[80];
  char json[300];
  return streams_field(service_call(s, "DescribeStream", streams_json(json, sizeof json, "{'StreamArn':'%s'}", arn)), "ShardId", shard,
                       sizeof shard);
}

/* `rest` as ",'SequenceNumber':'…'". The answer, an error's text or the iterator itself. */
static inline const char *streams_iterator(service *s, const char *arn, const char *type, const char *rest) {
  static char iterator[400];
  char json[700], shard[80];
  (void)snprintf(shard, sizeof shard, "%s", streams_shard(s, arn));
  const char *answer = service_call(
      s, "GetShardIterator",
      streams_json(json, sizeof json, "{'StreamArn':'%s','ShardId':'%s','ShardIteratorType':'%s'%s}", arn, shard, type, rest));
  if (answer[0] != '{') return answer;
  return streams_field(answer, "ShardIterator", iterator, sizeof iterator);
}

static inline const char *streams_read(service *s, const char *iterator, const char *rest) {
  char json[700];
  return service_call(s, "GetRecords", streams_json(json, sizeof json, "{'ShardIterator':'%s'%s}", iterator, rest));
}

static inline int streams_count(const char *answer) {
  int count = 0;
  for (const char *at = strstr(answer, "\"eventID\""); at != NULL; at = strstr(at + 1, "\"eventID\"")) count++;
  return count;
}

#endif

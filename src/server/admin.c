/* /_cynamo/: what an operator looks at. health for probes, metrics for Prometheus. Browsers get in by the rule of all
 * requests: an allowed origin, or a page that the user has asked for by its address. */
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "server/server_private.h"
#include "value/json.h"

static uint64_t load(const _Atomic uint64_t *counter) { return atomic_load_explicit(counter, memory_order_relaxed); }

static void head(cyn_i_buf *out, const char *name, const char *type, const char *help) {
  cyn_i_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(cyn_i_buf *out, const char *name, const char *type, const char *help, uint64_t value) {
  head(out, name, type, help);
  cyn_i_buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void put_requests(cyn_i_buf *out, const cyn_i_metrics *sum) {
  head(out, "cynamo_requests_total", "counter", "Answered API requests by operation.");
  for (unsigned i = 0; i <= CYN_OPERATION_COUNT; i++) {
    uint64_t count = load(&sum->requests[i]);
    if (count != 0)
      cyn_i_buf_printf(out, "cynamo_requests_total{operation=\"%s\"} %llu\n",
                       i < CYN_OPERATION_COUNT ? cyn_i_operations[i].name : "unknown", (unsigned long long)count);
  }
  head(out, "cynamo_errors_total", "counter", "Error answers by exception name.");
  for (unsigned i = 1; i < CYN_E_COUNT; i++) {
    uint64_t count = load(&sum->errors[i]);
    if (count != 0)
      cyn_i_buf_printf(out, "cynamo_errors_total{error=\"%s\"} %llu\n", cyn_i_error_name((cyn_i_error_code)i),
                       (unsigned long long)count);
  }
}

static void put_histogram(cyn_i_buf *out, const cyn_i_metrics *sum, unsigned operation) {
  const char *name = cyn_i_operations[operation].name;
  uint64_t total = 0;
  for (size_t bucket = 0; bucket < CYN_METRICS_BUCKETS; bucket++) {
    total += load(&sum->latency[operation][bucket]);
    uint64_t bound_ns = cyn_i_metrics_bucket_bound_ns(bucket);
    char bound[32] = "+Inf";
    if (bound_ns != 0) (void)snprintf(bound, sizeof bound, "%g", (double)bound_ns / 1e9);
    cyn_i_buf_printf(out, "cynamo_request_seconds_bucket{operation=\"%s\",le=\"%s\"} %llu\n", name, bound,
                     (unsigned long long)total);
  }
  cyn_i_buf_printf(out, "cynamo_request_seconds_sum{operation=\"%s\"} %.9f\n", name,
                   (double)load(&sum->latency_ns_sum[operation]) / 1e9);
  cyn_i_buf_printf(out, "cynamo_request_seconds_count{operation=\"%s\"} %llu\n", name, (unsigned long long)total);
}

static void put_server(cyn_i_buf *out, cyn_server *server, const cyn_i_metrics *sum) {
  cyn_i_db_stat stat = {0, 0, 0};
  cyn_i_db_stat_get(server->db, &stat);
  single(out, "cynamo_connections", "gauge", "Open client connections.", (uint64_t)atomic_load(&server->connections));
  single(out, "cynamo_connections_accepted_total", "counter", "Connections accepted.",
         load(&sum->connections_accepted));
  single(out, "cynamo_connections_refused_total", "counter", "Connections refused for a limit.",
         load(&sum->connections_refused));
  single(out, "cynamo_http_faults_total", "counter", "Requests that were no valid HTTP, too large or too slow.",
         load(&sum->http_faults));
  single(out, "cynamo_received_bytes_total", "counter", "Bytes of requests.", load(&sum->bytes_in));
  single(out, "cynamo_sent_bytes_total", "counter", "Bytes of answers.", load(&sum->bytes_out));
  single(out, "cynamo_unsent_bytes", "gauge", "Answer bytes that wait for slow readers.",
         (uint64_t)atomic_load(&server->unsent_bytes));
  single(out, "cynamo_pending_bytes", "gauge", "Buffers of large requests that are still arriving.",
         (uint64_t)atomic_load(&server->pending_bytes));
  single(out, "cynamo_store_bytes", "gauge", "Size of the store.", stat.store_bytes);
  single(out, "cynamo_store_entries", "gauge", "Entries in the store.", stat.store_entries);
  single(out, "cynamo_tables", "gauge", "Tables in the store.", stat.table_count);
  head(out, "cynamo_uptime_seconds", "gauge", "Seconds since the start.");
  cyn_i_buf_printf(out, "cynamo_uptime_seconds %.3f\n", (double)(cyn_i_clock_monotonic_ns() - server->start_ns) / 1e9);
  head(out, "cynamo_info", "gauge", "Version and store.");
  cyn_i_buf_printf(out, "cynamo_info{version=\"%s\"} 1\n", CYN_RELEASE);
}

static void answer_metrics(cyn_i_request *request) {
  cyn_server *server = request->loop->server;
  cyn_i_buf out;
  cyn_i_buf_init(&out, &request->arena);
  cyn_i_metrics *sum = cyn_i_arena_zalloc(&request->arena, 1, sizeof *sum);
  if (sum == NULL) {
    cyn_i_response_plain(request, 500, "", cyn_str(""));
    return;
  }
  for (int i = 0; i < server->loop_count; i++) cyn_i_metrics_sum(sum, &server->loops[i]->metrics);
  put_server(&out, server, sum);
  put_requests(&out, sum);
  head(&out, "cynamo_request_seconds", "histogram", "Time from a complete request to its answer, by operation.");
  for (unsigned i = 0; i < CYN_OPERATION_COUNT; i++)
    if (load(&sum->requests[i]) != 0) put_histogram(&out, sum, i);
  cyn_bytes body = out.failed ? cyn_str("") : (cyn_bytes){(char *)out.data, out.size};
  cyn_i_response_plain(request, out.failed ? 500 : 200, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n",
                       body);
}

static void answer_health(cyn_i_request *request) {
  cyn_server *server = request->loop->server;
  cyn_i_buf out;
  cyn_i_buf_init(&out, &request->arena);
  bool is_stopping = request->loop->stopping;
  cyn_i_buf_printf(&out, "{\"status\":\"%s\",\"version\":\"%s\",\"store\":", is_stopping ? "stopping" : "healthy",
                   CYN_RELEASE);
  cyn_i_json_write_string(&out, cyn_str(cyn_i_db_url(server->db)));
  cyn_i_buf_printf(&out, ",\"volatile\":%s,\"uptime_ms\":%llu}\n", cyn_i_db_is_volatile(server->db) ? "true" : "false",
                   (unsigned long long)((cyn_i_clock_monotonic_ns() - server->start_ns) / 1000000));
  cyn_bytes body = out.failed ? cyn_str("") : (cyn_bytes){(char *)out.data, out.size};
  cyn_i_response_plain(request, is_stopping ? 503 : 200, "Content-Type: application/json\r\n", body);
}

void cyn_i_admin_answer(cyn_i_request *request, cyn_bytes path) {
  static const struct {
    const char *path;
    void (*answer)(cyn_i_request *request);
  } pages[] = {{"/_cynamo/health", answer_health}, {"/_cynamo/metrics", answer_metrics}};
  cyn_bytes origin = cyn_i_http_get(&request->http, request->in, CYN_HTTP_ORIGIN);
  cyn_bytes site = cyn_i_http_get(&request->http, request->in, CYN_HTTP_SEC_FETCH_SITE);
  if (!cyn_i_origins_allow(&request->loop->server->origins, origin, site, true)) {
    cyn_i_response_plain(request, 403, "", cyn_str(""));
    return;
  }
  for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
    if (path.size != strlen(pages[i].path) || memcmp(path.data, pages[i].path, path.size) != 0) continue;
    pages[i].answer(request);
    return;
  }
  cyn_i_response_plain(request, 404, "Content-Type: text/plain\r\n",
                       cyn_str("no such page: /_cynamo/health, /_cynamo/metrics\n"));
}

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.exception.Crc32MismatchException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

/** The wire: errors mapped to the SDK's classes, checksums, fifty requests at once. */
final class WireTests {
    private static final DynamoDbClient CLIENT = Server.CLIENT;

    public void errors() {
        String name = Server.sortedTable();
        Map<String, AttributeValue> key = Server.item("pk", Server.s("a"), "sk", Server.n(1));
        Check.thrown(ResourceNotFoundException.class, "Requested resource not found", () -> CLIENT.getItem(b -> b.tableName("no-such-table").key(key)));
        Check.thrown(ResourceNotFoundException.class, "Requested resource not found: Table: no-such-table not found", () -> CLIENT.deleteTable(b -> b.tableName("no-such-table")));
        Server.invalid("The provided key element does not match the schema", () -> Server.get(name, "pk", Server.s("a")));
        Server.invalid("One or more parameter values were invalid: Missing the key sk in the item", () -> Server.put(name, Server.item("pk", Server.s("a"))));
        Server.invalid("One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S",
            () -> Server.put(name, Server.item("pk", Server.s("a"), "sk", Server.s("1"))));
        Server.invalid("Item size has exceeded the maximum allowed size",
            () -> Server.put(name, Server.item("pk", Server.s("a"), "sk", Server.n(1), "f", Server.s("x".repeat(400 * 1024)))));
        Server.invalid("Query condition missed key schema element: pk", () -> CLIENT.query(b -> b.tableName(name).keyConditionExpression("sk = :s")
            .expressionAttributeValues(Server.item(":s", Server.n(1)))));
        Server.invalid("Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: size",
            () -> CLIENT.updateItem(b -> b.tableName(name).key(key).updateExpression("REMOVE size")));
        DynamoDbException e = Check.thrown(DynamoDbException.class, "", () -> CLIENT.scan(b -> b.tableName(name).limit(0)));
        Check.holds("request id", e.requestId() != null && e.requestId().length() >= 16);
    }

    /** An HTTP client that changes one byte of the answers that hold "intact", and counts those with a checksum. */
    private static final class Damaging implements SdkHttpClient {
        private final SdkHttpClient inner = UrlConnectionHttpClient.create();
        private final AtomicInteger sums = new AtomicInteger();

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            ExecutableHttpRequest call = inner.prepareRequest(request);
            return new ExecutableHttpRequest() {
                @Override
                public HttpExecuteResponse call() throws IOException {
                    HttpExecuteResponse response = call.call();
                    if (response.httpResponse().firstMatchingHeader("x-amz-crc32").isPresent()) {
                        sums.incrementAndGet();
                    }
                    byte[] body = response.responseBody().get().readAllBytes();
                    String changed = new String(body, StandardCharsets.UTF_8).replace("intact", "intakt");
                    return HttpExecuteResponse.builder().response(response.httpResponse())
                        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(changed.getBytes(StandardCharsets.UTF_8)))).build();
                }

                @Override
                public void abort() {
                    call.abort();
                }
            };
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    public void checksum() {
        String name = Server.simpleTable();
        Server.put(name, Server.item("pk", Server.s("intact")));
        Server.put(name, Server.item("pk", Server.s("other")));
        Damaging damaging = new Damaging();
        try (DynamoDbClient client = Server.client(damaging)) {
            Check.thrown(Crc32MismatchException.class, "", () -> client.getItem(b -> b.tableName(name).key(Server.item("pk", Server.s("intact")))));
            client.getItem(b -> b.tableName(name).key(Server.item("pk", Server.s("other"))));
            Check.thrown(ResourceNotFoundException.class, "", () -> client.getItem(b -> b.tableName("missing").key(Server.item("pk", Server.s("other")))));
        }
        Check.equal("answers with a checksum", damaging.sums.get(), 3);
    }

    public void fiftyAtOnce() throws Exception {
        String name = Server.simpleTable();
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            Callable<Integer> bump = () -> Integer.valueOf(CLIENT.updateItem(b -> b.tableName(name).key(Server.item("pk", Server.s("n"))).updateExpression("ADD n :one")
                .expressionAttributeValues(Server.item(":one", Server.n(1))).returnValues(ReturnValue.UPDATED_NEW)).attributes().get("n").n());
            List<Integer> values = new ArrayList<>();
            for (Future<Integer> value : threads.invokeAll(IntStream.range(0, 500).mapToObj(i -> bump).toList())) {
                values.add(value.get());
            }
            Check.equal("every value once", values.stream().sorted().toList(), IntStream.rangeClosed(1, 500).boxed().toList());
        } finally {
            threads.shutdownNow();
        }
    }
}

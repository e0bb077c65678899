import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/** The server under test, its client, and tables that are dropped at the end. */
final class Server {
    static final URI ENDPOINT = URI.create(System.getenv("CYNAMO_TEST_ENDPOINT"));
    static final DynamoDbClient CLIENT = client(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(60)).build());
    static final DynamoDbWaiter WAITER = DynamoDbWaiter.builder().client(CLIENT)
        .overrideConfiguration(o -> o.maxAttempts(200).backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(50)))).build();

    private static final long RUN = System.currentTimeMillis();
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final List<String> TABLES = new ArrayList<>();

    /** A client that never retries: a first wrong answer is a failure. Endpoint discovery is off. */
    static DynamoDbClient client(SdkHttpClient http) {
        return DynamoDbClient.builder().endpointOverride(ENDPOINT).region(Region.US_EAST_1).httpClient(http)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDTEST", "secret")))
            .endpointDiscoveryEnabled(false)
            .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry())).build();
    }

    static String name() {
        String name = "java-" + RUN + "-" + SERIAL.incrementAndGet();
        TABLES.add(name);
        return name;
    }

    static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder().attributeName(name).attributeType(type).build();
    }

    static List<KeySchemaElement> schema(String... names) {
        List<KeySchemaElement> keys = new ArrayList<>();
        for (String name : names) {
            keys.add(KeySchemaElement.builder().attributeName(name).keyType(keys.isEmpty() ? KeyType.HASH : KeyType.RANGE).build());
        }
        return keys;
    }

    static String table(Consumer<CreateTableRequest.Builder> fill) {
        String name = name();
        CLIENT.createTable(b -> fill.accept(b.tableName(name).billingMode(BillingMode.PAY_PER_REQUEST)));
        WAITER.waitUntilTableExists(b -> b.tableName(name));
        return name;
    }

    static String simpleTable() {
        return table(b -> b.keySchema(schema("pk")).attributeDefinitions(attribute("pk", ScalarAttributeType.S)));
    }

    static String sortedTable() {
        return table(b -> b.keySchema(schema("pk", "sk"))
            .attributeDefinitions(attribute("pk", ScalarAttributeType.S), attribute("sk", ScalarAttributeType.N)));
    }

    static void dropTables() {
        for (String name : TABLES) {
            try {
                CLIENT.deleteTable(b -> b.tableName(name));
            } catch (DynamoDbException e) {
                // Already dropped by its test.
            }
        }
    }

    static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue n(Object value) {
        return AttributeValue.fromN(String.valueOf(value));
    }

    static AttributeValue b(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        return AttributeValue.fromB(SdkBytes.fromByteArray(raw));
    }

    /** An item or a map of expression values: name, value, name, value. */
    static Map<String, AttributeValue> item(Object... namesAndValues) {
        Map<String, AttributeValue> item = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            item.put((String) namesAndValues[i], (AttributeValue) namesAndValues[i + 1]);
        }
        return item;
    }

    static void put(String table, Map<String, AttributeValue> item) {
        CLIENT.putItem(b -> b.tableName(table).item(item));
    }

    static Map<String, AttributeValue> get(String table, Object... key) {
        return CLIENT.getItem(b -> b.tableName(table).key(item(key)).consistentRead(true)).item();
    }

    /** For errors that the SDK has no class of its own for, such as ValidationException. */
    static void refused(String code, String text, Check.Action action) {
        DynamoDbException e = Check.thrown(DynamoDbException.class, text, action);
        Check.equal("error code", e.awsErrorDetails().errorCode(), code);
        Check.equal("status", e.statusCode(), 400);
    }

    static void invalid(String text, Check.Action action) {
        refused("ValidationException", text, action);
    }

    private Server() {
    }
}

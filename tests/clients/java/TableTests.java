import static software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType.B;
import static software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType.N;
import static software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType.S;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

/** Tables: indexes, waiters, listing, updates, time to live, tags, limits, endpoints. */
final class TableTests {
    private static final DynamoDbClient CLIENT = Server.CLIENT;

    public void indexes() {
        ProvisionedThroughput units = ProvisionedThroughput.builder().readCapacityUnits(5L).writeCapacityUnits(6L).build();
        String name = Server.table(b -> b.billingMode(BillingMode.PROVISIONED).provisionedThroughput(units)
            .keySchema(Server.schema("pk", "sk"))
            .attributeDefinitions(Server.attribute("pk", S), Server.attribute("sk", N), Server.attribute("lsk", S), Server.attribute("gpk", B))
            .localSecondaryIndexes(i -> i.indexName("local").keySchema(Server.schema("pk", "lsk"))
                .projection(p -> p.projectionType(ProjectionType.INCLUDE).nonKeyAttributes("a", "b")))
            .globalSecondaryIndexes(i -> i.indexName("global").keySchema(Server.schema("gpk", "sk")).provisionedThroughput(units)
                .projection(p -> p.projectionType(ProjectionType.KEYS_ONLY))));
        TableDescription table = CLIENT.describeTable(b -> b.tableName(name)).table();
        Check.equal("status", table.tableStatus(), TableStatus.ACTIVE);
        Check.equal("keys", table.keySchema(), Server.schema("pk", "sk"));
        Check.holds("ARN " + table.tableArn(), table.tableArn().matches("arn:aws:dynamodb:us-east-1:\\d{12}:table/" + name));
        Check.holds("id " + table.tableId(), table.tableId().matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
        Check.holds("created", Duration.between(table.creationDateTime(), Instant.now()).abs().toHours() < 1);
        Check.equal("units", table.provisionedThroughput().writeCapacityUnits(), 6L);
        Check.equal("local projection", table.localSecondaryIndexes().get(0).projection().nonKeyAttributes(), List.of("a", "b"));
        Check.equal("local ARN", table.localSecondaryIndexes().get(0).indexArn(), table.tableArn() + "/index/local");
        Check.equal("global status", table.globalSecondaryIndexes().get(0).indexStatus(), IndexStatus.ACTIVE);
        Check.equal("global units", table.globalSecondaryIndexes().get(0).provisionedThroughput().readCapacityUnits(), 5L);
        Check.thrown(ResourceInUseException.class, "Table already exists: " + name, () -> CLIENT.createTable(b -> b.tableName(name)
            .billingMode(BillingMode.PAY_PER_REQUEST).keySchema(Server.schema("pk")).attributeDefinitions(Server.attribute("pk", S))));
    }

    public void listing() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            made.add(Server.simpleTable());
        }
        List<String> listed = CLIENT.listTablesPaginator(b -> b.limit(3)).tableNames().stream().toList();
        Check.equal("order", listed, listed.stream().sorted().toList());
        Check.holds("all are listed", listed.containsAll(made));
        Check.equal("each once", listed.size(), (int) listed.stream().distinct().count());
    }

    public void updateAddsAndDropsIndex() throws InterruptedException {
        String name = Server.simpleTable();
        for (int i = 0; i < 10; i++) {
            Server.put(name, Server.item("pk", Server.s("k" + i), "n", Server.n(i), "g", Server.s("g")));
        }
        CLIENT.updateTable(b -> b.tableName(name)
            .attributeDefinitions(Server.attribute("pk", S), Server.attribute("g", S), Server.attribute("n", N))
            .globalSecondaryIndexUpdates(u -> u.create(c -> c.indexName("by-g").keySchema(Server.schema("g", "n"))
                .projection(p -> p.projectionType(ProjectionType.ALL)))));
        await(name, 1);
        QueryResponse found = CLIENT.query(b -> b.tableName(name).indexName("by-g").keyConditionExpression("g = :g AND n >= :n")
            .expressionAttributeValues(Server.item(":g", Server.s("g"), ":n", Server.n(6))));
        Check.equal("backfilled", found.items().stream().map(i -> i.get("n").n()).toList(), List.of("6", "7", "8", "9"));
        CLIENT.updateTable(b -> b.tableName(name).globalSecondaryIndexUpdates(u -> u.delete(d -> d.indexName("by-g"))));
        await(name, 0);
        Server.invalid("The table does not have the specified index: by-g", () -> CLIENT.scan(b -> b.tableName(name).indexName("by-g")));
    }

    private static void await(String name, int indexes) throws InterruptedException {
        for (int i = 0; i < 400; i++, Thread.sleep(50)) {
            TableDescription table = CLIENT.describeTable(b -> b.tableName(name)).table();
            boolean active = table.tableStatus() == TableStatus.ACTIVE
                && table.globalSecondaryIndexes().stream().allMatch(index -> index.indexStatus() == IndexStatus.ACTIVE);
            if (active && table.globalSecondaryIndexes().size() == indexes) {
                return;
            }
        }
        throw new AssertionError(name + " has not come to " + indexes + " active indexes");
    }

    public void deletion() {
        String name = Server.table(b -> b.deletionProtectionEnabled(true).keySchema(Server.schema("pk")).attributeDefinitions(Server.attribute("pk", S)));
        Server.invalid("", () -> CLIENT.deleteTable(b -> b.tableName(name)));
        CLIENT.updateTable(b -> b.tableName(name).deletionProtectionEnabled(false));
        Server.WAITER.waitUntilTableExists(b -> b.tableName(name));
        Check.equal("status", CLIENT.deleteTable(b -> b.tableName(name)).tableDescription().tableStatus(), TableStatus.DELETING);
        Server.WAITER.waitUntilTableNotExists(b -> b.tableName(name));
        Check.thrown(ResourceNotFoundException.class, "Requested resource not found: Table: " + name + " not found",
            () -> CLIENT.describeTable(b -> b.tableName(name)));
    }

    public void timeToLive() {
        String name = Server.simpleTable();
        Check.equal("at first", CLIENT.describeTimeToLive(b -> b.tableName(name)).timeToLiveDescription().timeToLiveStatus(), TimeToLiveStatus.DISABLED);
        CLIENT.updateTimeToLive(b -> b.tableName(name).timeToLiveSpecification(t -> t.attributeName("expires").enabled(true)));
        TimeToLiveDescription after = CLIENT.describeTimeToLive(b -> b.tableName(name)).timeToLiveDescription();
        Check.holds("status " + after.timeToLiveStatus(), after.timeToLiveStatusAsString().matches("ENABL(ED|ING)"));
        Check.equal("attribute", after.attributeName(), "expires");
        Server.invalid("TimeToLive is already enabled",
            () -> CLIENT.updateTimeToLive(b -> b.tableName(name).timeToLiveSpecification(t -> t.attributeName("expires").enabled(true))));
    }

    public void tags() {
        String name = Server.table(b -> b.tags(t -> t.key("owner").value("me")).keySchema(Server.schema("pk")).attributeDefinitions(Server.attribute("pk", S)));
        String arn = CLIENT.describeTable(b -> b.tableName(name)).table().tableArn();
        CLIENT.tagResource(b -> b.resourceArn(arn).tags(Tag.builder().key("stage").value("").build(), Tag.builder().key("owner").value("you").build()));
        Check.equal("tags", tagsOf(arn), Map.of("owner", "you", "stage", ""));
        CLIENT.untagResource(b -> b.resourceArn(arn).tagKeys("owner"));
        Check.equal("tags left", tagsOf(arn), Map.of("stage", ""));
    }

    private static Map<String, String> tagsOf(String arn) {
        Map<String, String> tags = new TreeMap<>();
        CLIENT.listTagsOfResource(b -> b.resourceArn(arn)).tags().forEach(tag -> tags.put(tag.key(), tag.value()));
        return tags;
    }

    public void limitsAndEndpoints() {
        DescribeLimitsResponse limits = CLIENT.describeLimits();
        Check.holds("limits " + limits, limits.tableMaxReadCapacityUnits() > 0 && limits.accountMaxWriteCapacityUnits() >= limits.tableMaxWriteCapacityUnits());
        List<Endpoint> endpoints = CLIENT.describeEndpoints().endpoints();
        Check.equal("endpoints", endpoints.size(), 1);
        Check.holds("endpoint " + endpoints, !endpoints.get(0).address().isEmpty() && endpoints.get(0).cachePeriodInMinutes() > 0);
    }
}

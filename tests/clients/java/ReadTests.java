import static software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType.N;
import static software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType.S;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

/** Reading many items: paginators over Query and Scan, indexes, segments, pages of 1 MB. */
final class ReadTests {
    private static final DynamoDbClient CLIENT = Server.CLIENT;

    static void fill(String table, int count, IntFunction<Map<String, AttributeValue>> make) {
        List<WriteRequest> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, AttributeValue> item = make.apply(i);
            writes.add(WriteRequest.builder().putRequest(p -> p.item(item)).build());
            if (writes.size() == 25 || i == count - 1) {
                Map<String, List<WriteRequest>> pending = Map.of(table, writes);
                for (int round = 0; !pending.isEmpty(); round++) {
                    Check.holds("writes stay unprocessed", round < 20);
                    Map<String, List<WriteRequest>> now = pending;
                    pending = CLIENT.batchWriteItem(b -> b.requestItems(now)).unprocessedItems();
                }
                writes = new ArrayList<>();
            }
        }
    }

    private static List<String> sks(Iterable<Map<String, AttributeValue>> items) {
        List<String> all = new ArrayList<>();
        items.forEach(item -> all.add(item.get("sk").n()));
        return all;
    }

    public void queryPages() {
        String name = Server.sortedTable();
        fill(name, 60, i -> Server.item("pk", Server.s("p"), "sk", Server.n(i), "odd", AttributeValue.fromBool(i % 2 == 1)));
        QueryRequest all = QueryRequest.builder().tableName(name).keyConditionExpression("pk = :p").expressionAttributeValues(Server.item(":p", Server.s("p"))).limit(7).build();
        Check.equal("all", sks(CLIENT.queryPaginator(all).items()), IntStream.range(0, 60).mapToObj(String::valueOf).toList());
        Check.equal("pages", (int) CLIENT.queryPaginator(all).stream().count(), 9);
        Check.equal("backward", sks(CLIENT.queryPaginator(all.toBuilder().keyConditionExpression("pk = :p AND sk BETWEEN :a AND :b").scanIndexForward(false).limit(2)
            .expressionAttributeValues(Server.item(":p", Server.s("p"), ":a", Server.n("9.5"), ":b", Server.n(12))).build()).items()), List.of("12", "11", "10"));
        QueryResponse filtered = CLIENT.query(all.toBuilder().filterExpression("odd = :t").limit(10)
            .expressionAttributeValues(Server.item(":p", Server.s("p"), ":t", AttributeValue.fromBool(true))).build());
        Check.equal("filtered", List.of(filtered.count(), filtered.scannedCount()), List.of(5, 10));
        Check.equal("last key", filtered.lastEvaluatedKey(), Server.item("pk", Server.s("p"), "sk", Server.n(9)));
        QueryResponse count = CLIENT.query(all.toBuilder().select(Select.COUNT).limit(null).build());
        Check.equal("count", List.of(count.count(), count.hasItems()), List.of(60, false));
    }

    public void indexes() {
        String name = Server.table(b -> b.keySchema(Server.schema("pk", "sk"))
            .attributeDefinitions(Server.attribute("pk", S), Server.attribute("sk", N), Server.attribute("word", S))
            .localSecondaryIndexes(i -> i.indexName("local").keySchema(Server.schema("pk", "word")).projection(p -> p.projectionType(ProjectionType.KEYS_ONLY)))
            .globalSecondaryIndexes(i -> i.indexName("global").keySchema(Server.schema("word", "sk"))
                .projection(p -> p.projectionType(ProjectionType.INCLUDE).nonKeyAttributes("kept"))));
        fill(name, 12, i -> {
            Map<String, AttributeValue> item = Server.item("pk", Server.s("p"), "sk", Server.n(i), "kept", Server.s("k"), "left", Server.s("l"));
            if (i % 3 > 0) {
                item.put("word", Server.s("word" + i % 3));
            }
            return item;
        });
        List<Map<String, AttributeValue>> found = CLIENT.queryPaginator(b -> b.tableName(name).indexName("global").limit(3).keyConditionExpression("word = :w")
            .expressionAttributeValues(Server.item(":w", Server.s("word1")))).items().stream().toList();
        Check.equal("global", sks(found), List.of("1", "4", "7", "10"));
        Check.equal("projected", found.get(0).keySet(), Set.of("pk", "sk", "word", "kept"));
        found = CLIENT.queryPaginator(b -> b.tableName(name).indexName("local").limit(3).keyConditionExpression("pk = :p AND begins_with(word, :w)")
            .expressionAttributeValues(Server.item(":p", Server.s("p"), ":w", Server.s("word")))).items().stream().toList();
        Check.equal("local", found.stream().map(i -> i.get("word").s()).toList(), IntStream.range(0, 8).mapToObj(i -> "word" + (1 + i / 4)).toList());
        Check.equal("keys only", found.get(0).keySet(), Set.of("pk", "sk", "word"));
        Check.equal("sparse", CLIENT.scan(b -> b.tableName(name).indexName("global")).count(), 8);
    }

    public void scanSegments() {
        String name = Server.simpleTable();
        fill(name, 100, i -> Server.item("pk", Server.s("k" + i)));
        List<String> seen = new ArrayList<>();
        for (int segment = 0; segment < 4; segment++) {
            int number = segment;
            CLIENT.scanPaginator(b -> b.tableName(name).segment(number).totalSegments(4).limit(9)).items().forEach(item -> seen.add(item.get("pk").s()));
        }
        Check.equal("all", seen.size(), 100);
        Check.equal("each once", new HashSet<>(seen).size(), 100);
    }

    public void pagesOfOneMegabyte() {
        String name = Server.sortedTable();
        fill(name, 60, i -> Server.item("pk", Server.s("p"), "sk", Server.n(i), "filler", Server.s("ü".repeat(25000))));
        List<QueryResponse> pages = CLIENT.queryPaginator(b -> b.tableName(name).keyConditionExpression("pk = :p")
            .expressionAttributeValues(Server.item(":p", Server.s("p")))).stream().toList();
        Check.equal("pages", pages.size(), 3);
        Check.equal("items", pages.stream().mapToInt(QueryResponse::count).sum(), 60);
        ScanResponse nothing = CLIENT.scan(b -> b.tableName(name).filterExpression("attribute_not_exists(filler)"));
        Check.equal("nothing passes", nothing.count(), 0);
        Check.holds("but a page was read: " + nothing.scannedCount(), nothing.scannedCount() >= 20 && nothing.scannedCount() <= 21 && nothing.hasLastEvaluatedKey());
    }
}

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

/** Many items in one request: batches and what they leave over, transactions and why they were cancelled. */
final class ManyTests {
    private static final DynamoDbClient CLIENT = Server.CLIENT;

    public void batchGetLeavesOver() {
        String name = Server.simpleTable();
        ReadTests.fill(name, 50, i -> Server.item("pk", Server.s("k" + i), "filler", Server.s("y".repeat(390000))));
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            keys.add(Server.item("pk", Server.s("k" + i)));
        }
        Map<String, KeysAndAttributes> first = Map.of(name, KeysAndAttributes.builder().keys(keys).consistentRead(true).build());
        Set<String> seen = new HashSet<>();
        int pages = 0;
        for (BatchGetItemResponse page : CLIENT.batchGetItemPaginator(b -> b.requestItems(first))) {
            page.responses().get(name).forEach(item -> seen.add(item.get("pk").s()));
            pages++;
            Check.holds("pages without end", pages < 60);
        }
        Check.equal("items", seen.size(), 50);
        Check.holds("more than 16 MB in one answer", pages > 1);
    }

    public void batchesOverTwoTables() {
        String one = Server.simpleTable();
        String two = Server.sortedTable();
        Server.put(one, Server.item("pk", Server.s("old")));
        BatchWriteItemResponse written = CLIENT.batchWriteItem(b -> b.returnConsumedCapacity(ReturnConsumedCapacity.TOTAL).requestItems(Map.of(
            one, List.of(WriteRequest.builder().putRequest(p -> p.item(Server.item("pk", Server.s("new")))).build(),
                WriteRequest.builder().deleteRequest(d -> d.key(Server.item("pk", Server.s("old")))).build()),
            two, List.of(WriteRequest.builder().putRequest(p -> p.item(Server.item("pk", Server.s("p"), "sk", Server.n(1)))).build()))));
        Check.equal("unprocessed", written.unprocessedItems(), Map.of());
        Check.equal("capacities", written.consumedCapacity().size(), 2);
        Check.equal("put", Server.get(one, "pk", Server.s("new")).size(), 1);
        Check.equal("deleted", Server.get(one, "pk", Server.s("old")).size(), 0);
        WriteRequest twice = WriteRequest.builder().deleteRequest(d -> d.key(Server.item("pk", Server.s("a")))).build();
        Server.invalid("Provided list of item keys contains duplicates", () -> CLIENT.batchWriteItem(b -> b.requestItems(Map.of(one, List.of(twice, twice)))));
        Check.thrown(ResourceNotFoundException.class, "Requested resource not found",
            () -> CLIENT.batchWriteItem(b -> b.requestItems(Map.of("no-such-table", List.of(twice)))));
    }

    public void transactions() {
        String name = Server.simpleTable();
        Server.put(name, Server.item("pk", Server.s("a"), "v", Server.n(1)));
        Server.put(name, Server.item("pk", Server.s("b")));
        CLIENT.transactWriteItems(b -> b.transactItems(
            TransactWriteItem.builder().update(u -> u.tableName(name).key(Server.item("pk", Server.s("a"))).updateExpression("ADD v :n").expressionAttributeValues(Server.item(":n", Server.n(9)))).build(),
            TransactWriteItem.builder().delete(d -> d.tableName(name).key(Server.item("pk", Server.s("b")))).build(),
            TransactWriteItem.builder().put(p -> p.tableName(name).item(Server.item("pk", Server.s("c"))).conditionExpression("attribute_not_exists(pk)")).build(),
            TransactWriteItem.builder().conditionCheck(c -> c.tableName(name).key(Server.item("pk", Server.s("d"))).conditionExpression("attribute_not_exists(pk)")).build()));
        List<ItemResponse> read = CLIENT.transactGetItems(b -> b.transactItems(List.of("a", "b", "c").stream()
            .map(pk -> TransactGetItem.builder().get(g -> g.tableName(name).key(Server.item("pk", Server.s(pk)))).build()).toList())).responses();
        Check.equal("a", read.get(0).item().get("v").n(), "10");
        Check.holds("b", !read.get(1).hasItem());
        Check.equal("c", read.get(2).item(), Server.item("pk", Server.s("c")));
    }

    public void cancellationReasons() {
        String name = Server.simpleTable();
        Server.put(name, Server.item("pk", Server.s("a"), "v", Server.n(1)));
        TransactionCanceledException cancelled = Check.thrown(TransactionCanceledException.class,
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]",
            () -> CLIENT.transactWriteItems(b -> b.transactItems(
                TransactWriteItem.builder().put(p -> p.tableName(name).item(Server.item("pk", Server.s("new")))).build(),
                TransactWriteItem.builder().put(p -> p.tableName(name).item(Server.item("pk", Server.s("a"))).conditionExpression("attribute_not_exists(pk)")
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)).build(),
                TransactWriteItem.builder().conditionCheck(c -> c.tableName(name).key(Server.item("pk", Server.s("x"))).conditionExpression("attribute_exists(pk)")).build())));
        List<CancellationReason> reasons = cancelled.cancellationReasons();
        Check.equal("codes", reasons.stream().map(CancellationReason::code).toList(), List.of("None", "ConditionalCheckFailed", "ConditionalCheckFailed"));
        Check.equal("message of None", reasons.get(0).message(), null);
        Check.equal("message", reasons.get(1).message(), "The conditional request failed");
        Check.equal("item", reasons.get(1).item(), Server.item("pk", Server.s("a"), "v", Server.n(1)));
        Check.holds("no item", !reasons.get(2).hasItem());
        Check.equal("nothing written", Server.get(name, "pk", Server.s("new")).size(), 0);
    }

    public void tokens() {
        String name = Server.simpleTable();
        String token = "java-" + System.currentTimeMillis();
        addWithToken(name, token, 1);
        addWithToken(name, token, 1);
        Check.equal("once", Server.get(name, "pk", Server.s("a")).get("v").n(), "1");
        Check.thrown(IdempotentParameterMismatchException.class, "", () -> addWithToken(name, token, 2));
    }

    private static void addWithToken(String name, String token, int delta) {
        CLIENT.transactWriteItems(b -> b.clientRequestToken(token).transactItems(TransactWriteItem.builder().update(u -> u.tableName(name)
            .key(Server.item("pk", Server.s("a"))).updateExpression("ADD v :n").expressionAttributeValues(Server.item(":n", Server.n(delta)))).build()));
    }
}

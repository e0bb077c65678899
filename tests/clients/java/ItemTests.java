import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

/** Items: every type of value, exact numbers, expressions, return values, conditions. */
final class ItemTests {
    private static final DynamoDbClient CLIENT = Server.CLIENT;

    public void everyType() {
        String name = Server.simpleTable();
        Map<String, AttributeValue> item = Server.item(
            "pk", Server.s("k"), "s", Server.s("snow ☃, cat 😺, \"quoted\"\\, \0 and \u2028"), "no s", Server.s(""),
            "n", Server.n("-12.5"), "b", Server.b(0, 1, 250, 255), "no b", Server.b(),
            "yes", AttributeValue.fromBool(true), "no", AttributeValue.fromBool(false), "null", AttributeValue.fromNul(true),
            "l", AttributeValue.fromL(List.of(Server.s("a"), Server.n(1), AttributeValue.fromL(List.of()), AttributeValue.fromM(Map.of()))),
            "m", AttributeValue.fromM(Server.item("in", AttributeValue.fromM(Server.item("x.y", Server.s("z"))))),
            "ss", AttributeValue.fromSs(List.of("b", "a", "")), "ns", AttributeValue.fromNs(List.of("2.5", "1")),
            "bs", AttributeValue.fromBs(List.of(SdkBytes.fromByteArray(new byte[] {2}), SdkBytes.fromByteArray(new byte[] {1}))));
        Server.put(name, item);
        Map<String, AttributeValue> got = Server.get(name, "pk", Server.s("k"));
        Check.equal("names", got.keySet(), item.keySet());
        Check.equal("ss", Set.copyOf(got.get("ss").ss()), Set.of("a", "b", ""));
        Check.equal("ns", Set.copyOf(got.get("ns").ns()), Set.of("1", "2.5"));
        Check.equal("bs", Set.copyOf(got.get("bs").bs()), Set.copyOf(item.get("bs").bs()));
        item.forEach((key, value) -> {
            if (!Set.of("ss", "ns", "bs").contains(key)) {
                Check.equal(key, got.get(key), value);
            }
        });
    }

    public void numbers() {
        String name = Server.simpleTable();
        for (String text : List.of("12345678901234567890123456789012345678", "-0.12345678901234567890123456789012345678", "0", "-7", "1E-130",
            "9.9999999999999999999999999999999999999E+125", "1E2", "1.500")) {
            Server.put(name, Server.item("pk", Server.s(text), "n", Server.n(text)));
            String got = Server.get(name, "pk", Server.s(text)).get("n").n();
            Check.equal(text, got, new BigDecimal(text).signum() == 0 ? "0" : new BigDecimal(text).stripTrailingZeros().toPlainString());
        }
        Map.of("1".repeat(39), "Attempting to store more than 38 significant digits in a Number",
            "1E126", "Number overflow. Attempting to store a number with magnitude larger than supported range",
            "1E-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range",
            "one", "The parameter cannot be converted to a numeric value: one").forEach((text, message) ->
                Server.invalid(message, () -> Server.put(name, Server.item("pk", Server.s("bad"), "n", Server.n(text)))));
    }

    public void updateExpressions() {
        String name = Server.simpleTable();
        Server.put(name, Server.item("pk", Server.s("k"), "count", Server.n(1), "gone", Server.s("x"), "tags", AttributeValue.fromSs(List.of("a", "b")),
            "list", AttributeValue.fromL(List.of(Server.n(0), Server.n(1), Server.n(2)))));
        UpdateItemRequest request = UpdateItemRequest.builder().tableName(name).key(Server.item("pk", Server.s("k")))
            .updateExpression("SET #l[0] = :x, made = if_not_exists(made, :x), big = list_append(:more, #l), d = #c - :half REMOVE gone, #l[2] ADD #c :one DELETE tags :tags")
            .expressionAttributeNames(Map.of("#l", "list", "#c", "count"))
            .expressionAttributeValues(Server.item(":x", Server.s("x"), ":one", Server.n(1), ":half", Server.n("0.5"),
                ":more", AttributeValue.fromL(List.of(Server.s("more"))), ":tags", AttributeValue.fromSs(List.of("b"))))
            .returnValues(ReturnValue.ALL_NEW).build();
        Map<String, AttributeValue> all = CLIENT.updateItem(request).attributes();
        Check.equal("count", all.get("count").n(), "2");
        Check.equal("d", all.get("d").n(), "0.5");
        Check.equal("list", all.get("list").l(), List.of(Server.s("x"), Server.n(1)));
        Check.equal("big", all.get("big").l(), List.of(Server.s("more"), Server.n(0), Server.n(1), Server.n(2)));
        Check.equal("tags", all.get("tags").ss(), List.of("a"));
        Check.holds("removed", !all.containsKey("gone"));
        Map<String, AttributeValue> old = CLIENT.updateItem(request.toBuilder().returnValues(ReturnValue.UPDATED_OLD).build()).attributes();
        Check.equal("old", old.get("count").n(), "2");
        Check.holds("no key in UPDATED_OLD", !old.containsKey("pk"));
        Check.holds("nothing", !CLIENT.updateItem(request.toBuilder().returnValues(ReturnValue.NONE).build()).hasAttributes());
        Map<String, AttributeValue> deleted = CLIENT.deleteItem(b -> b.tableName(name).key(Server.item("pk", Server.s("k"))).returnValues(ReturnValue.ALL_OLD)).attributes();
        Check.equal("deleted", deleted.get("count").n(), "4");
        Check.holds("gone", !CLIENT.getItem(b -> b.tableName(name).key(Server.item("pk", Server.s("k")))).hasItem());
    }

    public void conditionFailureCarriesItem() {
        String name = Server.simpleTable();
        Server.put(name, Server.item("pk", Server.s("k"), "v", Server.n(1)));
        ConditionalCheckFailedException failed = Check.thrown(ConditionalCheckFailedException.class, "The conditional request failed",
            () -> CLIENT.putItem(b -> b.tableName(name).item(Server.item("pk", Server.s("k"))).conditionExpression("attribute_not_exists(pk) OR v IN (:a, :b)")
                .expressionAttributeValues(Server.item(":a", Server.n(2), ":b", Server.s("1")))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)));
        Check.equal("item", failed.item(), Server.item("pk", Server.s("k"), "v", Server.n(1)));
        failed = Check.thrown(ConditionalCheckFailedException.class, "",
            () -> CLIENT.deleteItem(b -> b.tableName(name).key(Server.item("pk", Server.s("k"))).conditionExpression("attribute_not_exists(pk)")));
        Check.holds("no item when not asked", !failed.hasItem());
    }

    public void consumedCapacity() {
        String name = Server.simpleTable();
        PutItemResponse put = CLIENT.putItem(b -> b.tableName(name).item(Server.item("pk", Server.s("k"), "v", Server.s("x".repeat(1500))))
            .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL));
        Check.equal("write units", put.consumedCapacity().capacityUnits(), 2.0);
        GetItemResponse get = CLIENT.getItem(b -> b.tableName(name).key(Server.item("pk", Server.s("k"))).returnConsumedCapacity(ReturnConsumedCapacity.INDEXES));
        Check.equal("read units", get.consumedCapacity().capacityUnits(), 0.5);
        Check.equal("of the table", get.consumedCapacity().table().capacityUnits(), 0.5);
    }

    public void projection() {
        String name = Server.simpleTable();
        Server.put(name, Server.item("pk", Server.s("k"), "a", Server.n(1), "m", AttributeValue.fromM(Server.item("x", Server.n(3),
            "y", AttributeValue.fromL(List.of(Server.n(4), Server.n(5)))))));
        Map<String, AttributeValue> got = CLIENT.getItem(b -> b.tableName(name).key(Server.item("pk", Server.s("k"))).projectionExpression("m.y[1], #a, nothere")
            .expressionAttributeNames(Map.of("#a", "a"))).item();
        Check.equal("projected", got, Server.item("a", Server.n(1), "m", AttributeValue.fromM(Server.item("y", AttributeValue.fromL(List.of(Server.n(5)))))));
    }
}

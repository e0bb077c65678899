import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbTable;
import software.amazon.awssdk.enhanced.dynamodb.Expression;
import software.amazon.awssdk.enhanced.dynamodb.Key;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.enhanced.dynamodb.extensions.annotations.DynamoDbVersionAttribute;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondaryPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondarySortKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSortKey;
import software.amazon.awssdk.enhanced.dynamodb.model.BatchWriteResult;
import software.amazon.awssdk.enhanced.dynamodb.model.EnhancedGlobalSecondaryIndex;
import software.amazon.awssdk.enhanced.dynamodb.model.Page;
import software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional;
import software.amazon.awssdk.enhanced.dynamodb.model.WriteBatch;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** The SDK's own mapper: beans in, beans out, with a version attribute that makes each write a conditional one. */
final class EnhancedTests {
    private final DynamoDbEnhancedClient enhanced = DynamoDbEnhancedClient.builder().dynamoDbClient(Server.CLIENT).build();
    /** Without the extension that turns a version attribute into conditions, which batches do not have. */
    private final DynamoDbEnhancedClient plain = DynamoDbEnhancedClient.builder().dynamoDbClient(Server.CLIENT).extensions(List.of()).build();

    /** What is stored: keys, an index, a version, nested values of every kind. */
    @DynamoDbBean
    public static class Track {
        private String artist;
        private Integer number;
        private String genre;
        private Double length;
        private Instant released;
        private Set<String> labels;
        private List<Map<String, Integer>> charts;
        private SdkBytes cover;
        private Long version;

        @DynamoDbPartitionKey
        public String getArtist() { return artist; }
        public void setArtist(String value) { artist = value; }
        @DynamoDbSortKey
        @DynamoDbSecondarySortKey(indexNames = "genres")
        public Integer getNumber() { return number; }
        public void setNumber(Integer value) { number = value; }
        @DynamoDbSecondaryPartitionKey(indexNames = "genres")
        public String getGenre() { return genre; }
        public void setGenre(String value) { genre = value; }
        public Double getLength() { return length; }
        public void setLength(Double value) { length = value; }
        public Instant getReleased() { return released; }
        public void setReleased(Instant value) { released = value; }
        public Set<String> getLabels() { return labels; }
        public void setLabels(Set<String> value) { labels = value; }
        public List<Map<String, Integer>> getCharts() { return charts; }
        public void setCharts(List<Map<String, Integer>> value) { charts = value; }
        public SdkBytes getCover() { return cover; }
        public void setCover(SdkBytes value) { cover = value; }
        @DynamoDbVersionAttribute
        public Long getVersion() { return version; }
        public void setVersion(Long value) { version = value; }
    }

    private static Track track(String artist, int number, String genre) {
        Track track = new Track();
        track.setArtist(artist);
        track.setNumber(number);
        track.setGenre(genre);
        return track;
    }

    private static DynamoDbTable<Track> table(DynamoDbEnhancedClient client) {
        DynamoDbTable<Track> table = client.table(Server.name(), TableSchema.fromBean(Track.class));
        table.createTable(b -> b.globalSecondaryIndices(EnhancedGlobalSecondaryIndex.builder().indexName("genres").projection(p -> p.projectionType(ProjectionType.ALL)).build()));
        Server.WAITER.waitUntilTableExists(b -> b.tableName(table.tableName()));
        return table;
    }

    private static Key key(String artist, int number) {
        return Key.builder().partitionValue(artist).sortValue(number).build();
    }

    public void beans() {
        DynamoDbTable<Track> table = table(enhanced);
        Track track = track("Them", 1, "rock");
        track.setLength(3.25);
        track.setReleased(Instant.parse("1964-11-06T00:00:00.123456789Z"));
        track.setLabels(Set.of("Decca", ""));
        track.setCharts(List.of(Map.of("uk", 10), Map.of()));
        track.setCover(SdkBytes.fromByteArray(new byte[] {1, 2, 3}));
        table.putItem(track);
        Track got = table.getItem(b -> b.key(key("Them", 1)).consistentRead(true));
        Check.equal("version", got.getVersion(), 1L);
        Check.equal("length", got.getLength(), 3.25);
        Check.equal("released", got.getReleased(), track.getReleased());
        Check.equal("labels", got.getLabels(), track.getLabels());
        Check.equal("charts", got.getCharts(), track.getCharts());
        Check.equal("cover", got.getCover(), track.getCover());
        got.setLength(null);
        got.setGenre("soul");
        Track updated = table.updateItem(got);
        Check.equal("updated", List.of(updated.getVersion(), updated.getGenre()), List.of(2L, "soul"));
        Check.equal("removed", updated.getLength(), null);
        Check.thrown(ConditionalCheckFailedException.class, "The conditional request failed", () -> table.putItem(got));
        Check.equal("deleted", table.deleteItem(key("Them", 1)).getGenre(), "soul");
        Check.equal("gone", table.getItem(key("Them", 1)), null);
    }

    public void queries() {
        DynamoDbTable<Track> table = table(plain);
        WriteBatch.Builder<Track> batch = WriteBatch.builder(Track.class).mappedTableResource(table);
        for (int i = 0; i < 20; i++) {
            batch.addPutItem(track(i < 15 ? "Them" : "Others", i, i % 2 == 0 ? "even" : "odd"));
        }
        BatchWriteResult written = plain.batchWriteItem(b -> b.writeBatches(batch.build()));
        Check.equal("unprocessed", written.unprocessedPutItemsForTable(table), List.of());
        List<Integer> between = numbers(table.query(b -> b.limit(2).scanIndexForward(false)
            .queryConditional(QueryConditional.sortBetween(key("Them", 3), key("Them", 7)))).items());
        Check.equal("between", between, List.of(7, 6, 5, 4, 3));
        List<Integer> filtered = numbers(table.query(b -> b.queryConditional(QueryConditional.keyEqualTo(k -> k.partitionValue("Them")))
            .filterExpression(Expression.builder().expression("genre = :g").expressionValues(Server.item(":g", Server.s("odd"))).build())).items());
        Check.equal("filtered", filtered, List.of(1, 3, 5, 7, 9, 11, 13));
        List<Integer> indexed = new ArrayList<>();
        for (Page<Track> page : table.index("genres").query(b -> b.limit(4).queryConditional(QueryConditional.sortGreaterThan(k -> k.partitionValue("even").sortValue(9))))) {
            page.items().forEach(track -> indexed.add(track.getNumber()));
        }
        Check.equal("index", indexed, List.of(10, 12, 14, 16, 18));
        Check.equal("scan", (int) table.scan(b -> b.limit(3)).items().stream().count(), 20);
    }

    private static List<Integer> numbers(Iterable<Track> tracks) {
        List<Integer> numbers = new ArrayList<>();
        tracks.forEach(track -> numbers.add(track.getNumber()));
        return numbers;
    }

    public void transactions() {
        DynamoDbTable<Track> table = table(enhanced);
        enhanced.transactWriteItems(b -> b.addPutItem(table, track("T", 1, "a")).addPutItem(table, track("T", 2, "b")));
        TransactionCanceledException cancelled = Check.thrown(TransactionCanceledException.class, "[ConditionalCheckFailed, None]",
            () -> enhanced.transactWriteItems(b -> b.addPutItem(table, track("T", 1, "c")).addDeleteItem(table, key("T", 2))));
        Check.equal("reasons", cancelled.cancellationReasons().size(), 2);
        List<String> genres = enhanced.transactGetItems(b -> b.addGetItem(table, key("T", 1)).addGetItem(table, key("T", 2))).stream()
            .map(document -> document.getItem(table).getGenre()).toList();
        Check.equal("unchanged", genres, List.of("a", "b"));
    }
}

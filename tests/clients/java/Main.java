/** The AWS SDK for Java v2 and its enhanced client against the server at CYNAMO_TEST_ENDPOINT. */
public final class Main {
    public static void main(String[] args) {
        String wanted = args.length > 0 ? args[0] : "";
        for (Object suite : new Object[] {new TableTests(), new ItemTests(), new ReadTests(), new ManyTests(), new WireTests(), new EnhancedTests()}) {
            Check.run(suite, wanted);
        }
        Server.dropTables();
        System.exit(Check.summary() ? 0 : 1);
    }
}

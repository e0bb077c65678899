// Reading many items: query and scan with paginators, indexes, parallel segments, pages of 1 MB.
package clients

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// fill writes items sk = 0 … count-1 under one partition key, 25 a batch.
func fill(t *testing.T, table, pk string, count int, more func(i int, values item)) {
	t.Helper()
	var writes []types.WriteRequest
	for i := 0; i < count; i++ {
		values := item{"pk": S(pk), "sk": N(fmt.Sprint(i))}
		if more != nil {
			more(i, values)
		}
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: values}})
		if len(writes) == 25 || i == count-1 {
			writeAll(t, table, writes)
			writes = nil
		}
	}
}

// writeAll sends a batch and what comes back unprocessed until nothing does.
func writeAll(t *testing.T, table string, writes []types.WriteRequest) {
	t.Helper()
	requests := map[string][]types.WriteRequest{table: writes}
	for round := 0; len(requests) > 0; round++ {
		if round == 20 {
			t.Fatal("writes stay unprocessed")
		}
		out, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: requests})
		must(t, err)
		requests = out.UnprocessedItems
	}
}

func queryAll(t *testing.T, input *dynamodb.QueryInput) (items []item, pages int) {
	t.Helper()
	paginator := dynamodb.NewQueryPaginator(client, input)
	for paginator.HasMorePages() {
		page, err := paginator.NextPage(ctx)
		must(t, err)
		items = append(items, page.Items...)
		equal(t, "Count", int(page.Count), len(page.Items))
		if pages++; pages > 1000 {
			t.Fatal("pages without end")
		}
	}
	return items, pages
}

func sks(t *testing.T, items []item) string {
	t.Helper()
	var all []string
	for _, values := range items {
		all = append(all, number(t, values["sk"]))
	}
	return strings.Join(all, " ")
}

func TestQueryPaginates(t *testing.T) {
	name := sortedTable(t, "N")
	fill(t, name, "p", 60, func(i int, values item) { values["odd"] = &types.AttributeValueMemberBOOL{Value: i%2 == 1} })
	fill(t, name, "other", 3, nil)
	base := func() *dynamodb.QueryInput {
		return &dynamodb.QueryInput{TableName: &name, KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": S("p")}}
	}
	input := base()
	input.Limit = aws.Int32(7)
	items, pages := queryAll(t, input)
	equal(t, "items", len(items), 60)
	equal(t, "pages", pages, 9)
	for i, values := range items {
		equal(t, "order", number(t, values["sk"]), fmt.Sprint(i))
	}
	input = base()
	input.KeyConditionExpression = aws.String("pk = :p AND sk BETWEEN :a AND :b")
	input.ExpressionAttributeValues[":a"], input.ExpressionAttributeValues[":b"] = N("9.5"), N("13")
	input.ScanIndexForward, input.Limit = aws.Bool(false), aws.Int32(3)
	items, _ = queryAll(t, input)
	equal(t, "backward", sks(t, items), "13 12 11 10")
	input = base()
	input.FilterExpression, input.Limit = aws.String("odd = :t AND sk < :s"), aws.Int32(10)
	input.ExpressionAttributeValues[":t"], input.ExpressionAttributeValues[":s"] = &types.AttributeValueMemberBOOL{Value: true}, N("8")
	_, err := client.Query(ctx, input)
	wantCode(t, err, "ValidationException", "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk")
	input.FilterExpression = aws.String("odd = :t")
	delete(input.ExpressionAttributeValues, ":s")
	page, err := client.Query(ctx, input)
	must(t, err)
	equal(t, "filtered count", page.Count, 5)
	equal(t, "scanned count", page.ScannedCount, 10)
	equal(t, "last key", number(t, page.LastEvaluatedKey["sk"]), "9")
	input = base()
	input.Select = types.SelectCount
	page, err = client.Query(ctx, input)
	must(t, err)
	equal(t, "COUNT", fmt.Sprint(page.Count, len(page.Items)), "60 0")
}

func TestQueryIndexes(t *testing.T) {
	name := makeTable(t, &dynamodb.CreateTableInput{
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S"), attribute("sk", "N"), attribute("word", "S")},
		KeySchema:            schema("pk", "sk"),
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{{IndexName: aws.String("local"), KeySchema: schema("pk", "word"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("global"), KeySchema: schema("word", "sk"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"kept"}}}}})
	fill(t, name, "p", 12, func(i int, values item) {
		values["kept"], values["left"] = S("kept"), S("left")
		if i%3 != 0 {
			values["word"] = S(fmt.Sprintf("word%d", i%3))
		}
	})
	items, pages := queryAll(t, &dynamodb.QueryInput{TableName: &name, IndexName: aws.String("global"), Limit: aws.Int32(3),
		KeyConditionExpression: aws.String("word = :w"), ExpressionAttributeValues: item{":w": S("word1")}})
	equal(t, "global", sks(t, items), "1 4 7 10")
	equal(t, "global pages", pages, 2)
	equal(t, "projected attributes", len(items[0]), 4)
	items, _ = queryAll(t, &dynamodb.QueryInput{TableName: &name, IndexName: aws.String("local"), Limit: aws.Int32(1),
		KeyConditionExpression: aws.String("pk = :p AND begins_with(word, :w)"), ExpressionAttributeValues: item{":p": S("p"), ":w": S("word")}})
	equal(t, "local", len(items), 8)
	for i, values := range items {
		equal(t, "order", text(t, values["word"]), fmt.Sprint("word", 1+i/4))
	}
	equal(t, "keys only", len(items[0]), 3)
	whole, err := client.Query(ctx, &dynamodb.QueryInput{TableName: &name, IndexName: aws.String("local"), Select: types.SelectAllAttributes,
		KeyConditionExpression: aws.String("pk = :p AND word = :w"), ExpressionAttributeValues: item{":p": S("p"), ":w": S("word2")}})
	must(t, err)
	equal(t, "fetched attributes", len(whole.Items[0]), 5)
	scanned, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: &name, IndexName: aws.String("global")})
	must(t, err)
	equal(t, "sparse index", scanned.Count, 8)
	_, err = client.Query(ctx, &dynamodb.QueryInput{TableName: &name, IndexName: aws.String("global"), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("word = :w"), ExpressionAttributeValues: item{":w": S("word1")}})
	wantCode(t, err, "ValidationException", "Consistent reads are not supported on global secondary indexes")
}

func TestScanSegments(t *testing.T) {
	name := simpleTable(t)
	var writes []types.WriteRequest
	for i := 0; i < 100; i++ {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item{"pk": S(fmt.Sprint("k", i))}}})
		if len(writes) == 25 {
			writeAll(t, name, writes)
			writes = nil
		}
	}
	seen := map[string]int{}
	for segment := int32(0); segment < 4; segment++ {
		pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &name, Limit: aws.Int32(9),
			Segment: aws.Int32(segment), TotalSegments: aws.Int32(4)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			must(t, err)
			for _, values := range page.Items {
				seen[text(t, values["pk"])]++
			}
		}
	}
	equal(t, "items in all segments", len(seen), 100)
	for pk, times := range seen {
		equal(t, pk, times, 1)
	}
}

// A page ends with the item that takes it over 1 MB; 60 items of 50,000 bytes are three pages.
func TestPagesOfOneMegabyte(t *testing.T) {
	name := sortedTable(t, "N")
	filler := strings.Repeat("x", 50000)
	fill(t, name, "p", 60, func(i int, values item) { values["filler"] = S(filler) })
	items, pages := queryAll(t, &dynamodb.QueryInput{TableName: &name, KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: item{":p": S("p")}})
	equal(t, "queried", len(items), 60)
	equal(t, "query pages", pages, 3)
	page, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: &name, FilterExpression: aws.String("attribute_not_exists(filler)")})
	must(t, err)
	equal(t, "nothing passes the filter", page.Count, 0)
	if page.ScannedCount < 20 || page.ScannedCount > 21 || len(page.LastEvaluatedKey) != 2 {
		t.Errorf("scanned %d items, last key %v", page.ScannedCount, page.LastEvaluatedKey)
	}
}

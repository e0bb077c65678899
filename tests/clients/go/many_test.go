// Many items in one request: batches with unprocessed parts, transactions with their cancellation reasons.
package clients

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestBatchesOverTwoTables(t *testing.T) {
	one, two := simpleTable(t), sortedTable(t, "N")
	put(t, one, item{"pk": S("old")})
	out, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		RequestItems: map[string][]types.WriteRequest{
			one: {{PutRequest: &types.PutRequest{Item: item{"pk": S("new"), "v": N("1")}}},
				{DeleteRequest: &types.DeleteRequest{Key: item{"pk": S("old")}}}},
			two: {{PutRequest: &types.PutRequest{Item: item{"pk": S("p"), "sk": N("1")}}}}}})
	must(t, err)
	equal(t, "unprocessed", len(out.UnprocessedItems), 0)
	equal(t, "capacities", len(out.ConsumedCapacity), 2)
	got, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		one: {Keys: []item{{"pk": S("new")}, {"pk": S("old")}}, ProjectionExpression: aws.String("v")},
		two: {Keys: []item{{"pk": S("p"), "sk": N("1.0")}}, ConsistentRead: aws.Bool(true)}}})
	must(t, err)
	equal(t, "found in one", len(got.Responses[one]), 1)
	equal(t, "projected", number(t, got.Responses[one][0]["v"])+fmt.Sprint(len(got.Responses[one][0])), "11")
	equal(t, "found in two", len(got.Responses[two]), 1)
	equal(t, "unprocessed keys", len(got.UnprocessedKeys), 0)
}

// An answer holds 16 MB at most; the rest comes back as UnprocessedKeys.
func TestBatchGetUnprocessed(t *testing.T) {
	name := simpleTable(t)
	filler := strings.Repeat("y", 390000)
	keys := types.KeysAndAttributes{}
	for i := 0; i < 50; i++ {
		key := item{"pk": S(fmt.Sprint("k", i))}
		put(t, name, item{"pk": key["pk"], "filler": S(filler)})
		keys.Keys = append(keys.Keys, key)
	}
	pending := map[string]types.KeysAndAttributes{name: keys}
	seen, rounds := map[string]bool{}, 0
	for len(pending) > 0 {
		out, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: pending})
		must(t, err)
		if len(out.Responses[name]) == 0 {
			t.Fatalf("no item in answer %d", rounds+1)
		}
		for _, values := range out.Responses[name] {
			seen[text(t, values["pk"])] = true
		}
		pending = out.UnprocessedKeys
		rounds++
	}
	equal(t, "items", len(seen), 50)
	if rounds < 2 {
		t.Error("one answer held more than 16 MB")
	}
}

func TestBatchLimits(t *testing.T) {
	name := simpleTable(t)
	var writes []types.WriteRequest
	for i := 0; i < 26; i++ {
		writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: item{"pk": S(fmt.Sprint(i))}}})
	}
	_, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: writes}})
	wantCode(t, err, "ValidationException", "")
	_, err = client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: {writes[0], writes[0]}}})
	wantCode(t, err, "ValidationException", "Provided list of item keys contains duplicates")
	_, err = client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		name: {Keys: []item{{"pk": S("a")}, {"pk": S("a")}}}}})
	wantCode(t, err, "ValidationException", "Provided list of item keys contains duplicates")
}

func TestTransactions(t *testing.T) {
	name := simpleTable(t)
	put(t, name, item{"pk": S("a"), "v": N("1")})
	put(t, name, item{"pk": S("b"), "v": N("2")})
	_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{TableName: &name, Key: item{"pk": S("a")}, UpdateExpression: aws.String("ADD v :d"), ExpressionAttributeValues: item{":d": N("10")}}},
		{Delete: &types.Delete{TableName: &name, Key: item{"pk": S("b")}, ConditionExpression: aws.String("attribute_exists(pk)")}},
		{Put: &types.Put{TableName: &name, Item: item{"pk": S("c"), "v": N("3")}, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
		{ConditionCheck: &types.ConditionCheck{TableName: &name, Key: item{"pk": S("d")}, ConditionExpression: aws.String("attribute_not_exists(pk)")}}}})
	must(t, err)
	out, err := client.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		TransactItems: []types.TransactGetItem{
			{Get: &types.Get{TableName: &name, Key: item{"pk": S("a")}}},
			{Get: &types.Get{TableName: &name, Key: item{"pk": S("b")}}},
			{Get: &types.Get{TableName: &name, Key: item{"pk": S("c")}, ProjectionExpression: aws.String("v")}}}})
	must(t, err)
	equal(t, "answers", len(out.Responses), 3)
	equal(t, "updated", number(t, out.Responses[0].Item["v"]), "11")
	equal(t, "deleted", len(out.Responses[1].Item), 0)
	equal(t, "put, projected", fmt.Sprint(number(t, out.Responses[2].Item["v"]), "/", len(out.Responses[2].Item)), "3/1")
	equal(t, "capacity", *out.ConsumedCapacity[0].CapacityUnits, 6.0)
}

func TestTransactionCancellationReasons(t *testing.T) {
	name := simpleTable(t)
	put(t, name, item{"pk": S("a"), "v": N("1")})
	_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &name, Item: item{"pk": S("new")}}},
		{Put: &types.Put{TableName: &name, Item: item{"pk": S("a")}, ConditionExpression: aws.String("attribute_not_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}},
		{ConditionCheck: &types.ConditionCheck{TableName: &name, Key: item{"pk": S("x")}, ConditionExpression: aws.String("attribute_exists(pk)")}}}})
	cancelled := wantError[*types.TransactionCanceledException](t, err,
		"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]")
	equal(t, "reasons", len(cancelled.CancellationReasons), 3)
	equal(t, "first", *cancelled.CancellationReasons[0].Code, "None")
	if cancelled.CancellationReasons[0].Message != nil {
		t.Errorf("None with message %q", *cancelled.CancellationReasons[0].Message)
	}
	equal(t, "second", *cancelled.CancellationReasons[1].Code, "ConditionalCheckFailed")
	equal(t, "second's message", *cancelled.CancellationReasons[1].Message, "The conditional request failed")
	equal(t, "second's item", number(t, cancelled.CancellationReasons[1].Item["v"]), "1")
	equal(t, "third's item", len(cancelled.CancellationReasons[2].Item), 0)
	equal(t, "nothing written", len(get(t, name, item{"pk": S("new")})), 0)
	_, err = client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &name, Item: item{"pk": S("same")}}},
		{Delete: &types.Delete{TableName: &name, Key: item{"pk": S("same")}}}}})
	wantCode(t, err, "ValidationException", "Transaction request cannot include multiple operations on one item")
}

func TestTransactionTokens(t *testing.T) {
	name := simpleTable(t)
	send := func(delta string) error {
		_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String("token-" + name[len(name)-20:]),
			TransactItems: []types.TransactWriteItem{{Update: &types.Update{TableName: &name, Key: item{"pk": S("a")},
				UpdateExpression: aws.String("ADD v :d"), ExpressionAttributeValues: item{":d": N(delta)}}}}})
		return err
	}
	must(t, send("1"))
	must(t, send("1"))
	equal(t, "applied once", number(t, get(t, name, item{"pk": S("a")})["v"]), "1")
	wantError[*types.IdempotentParameterMismatchException](t, send("2"), "")
}

// Go writes a map's members in any order: the same content must be taken for the same request.
func TestTransactionTokenIgnoresOrder(t *testing.T) {
	name := simpleTable(t)
	values := item{"pk": S("a")}
	for i := 0; i < 20; i++ {
		values[fmt.Sprint("attribute", i)] = &types.AttributeValueMemberM{Value: item{"x": N("1"), "y": N("2"), "z": N("3")}}
	}
	write, read := 0.0, 0.0
	for round := 0; round < 5; round++ {
		out, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String("order-" + name[len(name)-20:]),
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
			TransactItems:          []types.TransactWriteItem{{Put: &types.Put{TableName: &name, Item: values}}}})
		must(t, err)
		capacity := out.ConsumedCapacity[0]
		write, read = write+aws.ToFloat64(capacity.WriteCapacityUnits), read+aws.ToFloat64(capacity.ReadCapacityUnits)
	}
	equal(t, "write units, of the first only", write, 2.0)
	if read < 4*2 {
		t.Errorf("the four others took %v read units", read)
	}
}

// Items: every type of value, numbers to 38 digits, expressions, return values, conditions, the mapper's encoder.
package clients

import (
	"bytes"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestEveryTypeOfValue(t *testing.T) {
	name := simpleTable(t)
	all := item{
		"pk":   S("k"),
		"s":    S("snow ☃, cat 😺, \"quoted\"\\, \x00 and \u2028"),
		"no s": S(""),
		"n":    N("-12.5"),
		"b":    B([]byte{0, 1, 2, 250, 255}),
		"no b": B([]byte{}),
		"true": &types.AttributeValueMemberBOOL{Value: true},
		"null": &types.AttributeValueMemberNULL{Value: true},
		"l":    &types.AttributeValueMemberL{Value: []types.AttributeValue{S("a"), N("1"), &types.AttributeValueMemberL{Value: []types.AttributeValue{}}}},
		"m":    &types.AttributeValueMemberM{Value: item{"in": &types.AttributeValueMemberM{Value: item{"x.y": S("z")}}}},
		"ss":   SS("b", "a", ""),
		"ns":   NS("3", "1", "2.50"),
		"bs":   &types.AttributeValueMemberBS{Value: [][]byte{{2}, {1}}},
	}
	put(t, name, all)
	got := get(t, name, item{"pk": S("k")})
	equal(t, "attributes", len(got), len(all))
	for _, key := range []string{"s", "no s", "n", "true", "null", "l", "m"} {
		if !reflect.DeepEqual(got[key], all[key]) {
			t.Errorf("%s: got %#v, want %#v", key, got[key], all[key])
		}
	}
	for _, key := range []string{"b", "no b"} {
		value, ok := got[key].(*types.AttributeValueMemberB)
		if !ok || !bytes.Equal(value.Value, all[key].(*types.AttributeValueMemberB).Value) {
			t.Errorf("%s: got %#v", key, got[key])
		}
	}
	equal(t, "ss", sorted(got["ss"].(*types.AttributeValueMemberSS).Value), ",a,b")
	equal(t, "ns", sorted(got["ns"].(*types.AttributeValueMemberNS).Value), "1,2.5,3")
	equal(t, "bs", len(got["bs"].(*types.AttributeValueMemberBS).Value), 2)
}

func sorted(values []string) string {
	values = append([]string(nil), values...)
	sort.Strings(values)
	return strings.Join(values, ",")
}

func TestNumbers(t *testing.T) {
	name := simpleTable(t)
	for given, want := range map[string]string{
		"12345678901234567890123456789012345678":    "12345678901234567890123456789012345678",
		"-0.12345678901234567890123456789012345678": "-0.12345678901234567890123456789012345678",
		"1.0": "1", "-0": "0", "007": "7", "1E2": "100", "1.50e-3": "0.0015",
		"9.9999999999999999999999999999999999999E125": "9" + strings.Repeat("9", 37) + strings.Repeat("0", 88),
		"1E-130": "0." + strings.Repeat("0", 129) + "1",
	} {
		put(t, name, item{"pk": S(given), "n": N(given)})
		equal(t, given, number(t, get(t, name, item{"pk": S(given)})["n"]), want)
	}
	for given, message := range map[string]string{
		"123456789012345678901234567890123456789": "Attempting to store more than 38 significant digits in a Number",
		"1E126":  "Number overflow. Attempting to store a number with magnitude larger than supported range",
		"1E-131": "Number underflow. Attempting to store a number with magnitude smaller than supported range",
		"12a":    "The parameter cannot be converted to a numeric value: 12a",
		"":       "The parameter cannot be converted to a numeric value",
	} {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("bad"), "n": N(given)}})
		wantCode(t, err, "ValidationException", message)
	}
	put(t, name, item{"pk": S("sum"), "n": N("99999999999999999999999999999999999998")})
	add := func() (*dynamodb.UpdateItemOutput, error) {
		return client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &name, Key: item{"pk": S("sum")},
			UpdateExpression: aws.String("SET n = n + :d"), ExpressionAttributeValues: item{":d": N("1")},
			ReturnValues: types.ReturnValueUpdatedNew})
	}
	out, err := add()
	must(t, err)
	equal(t, "exact sum", number(t, out.Attributes["n"]), "99999999999999999999999999999999999999")
	out, err = add()
	must(t, err)
	equal(t, "sum of 39 digits that ends in zeros", number(t, out.Attributes["n"]), "1"+strings.Repeat("0", 38))
	_, err = add()
	wantCode(t, err, "ValidationException", "")
}

func TestUpdateExpressions(t *testing.T) {
	name := simpleTable(t)
	key := item{"pk": S("k")}
	put(t, name, item{"pk": S("k"), "count": N("1"), "tags": SS("a", "b", "c"), "gone": S("x"),
		"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{N("0"), N("1"), N("2")}},
		"doc":  &types.AttributeValueMemberM{Value: item{"deep": &types.AttributeValueMemberM{Value: item{"v": N("10")}}}}})
	update := func(returns types.ReturnValue) *dynamodb.UpdateItemOutput {
		out, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &name, Key: key, ReturnValues: returns,
			UpdateExpression: aws.String("SET #list[1] = :s, doc.deep.v = doc.deep.v - :one, made = if_not_exists(made, :s), " +
				"#list2 = list_append(#list, :l) REMOVE gone, #list[2] ADD #count :one DELETE tags :tags"),
			ExpressionAttributeNames: map[string]string{"#list": "list", "#list2": "list2", "#count": "count"},
			ExpressionAttributeValues: item{":one": N("1"), ":s": S("set"), ":tags": SS("b", "z"),
				":l": &types.AttributeValueMemberL{Value: []types.AttributeValue{S("end")}}}})
		must(t, err)
		return out
	}
	all := update(types.ReturnValueAllNew).Attributes
	equal(t, "count", number(t, all["count"]), "2")
	equal(t, "made", text(t, all["made"]), "set")
	equal(t, "tags", sorted(all["tags"].(*types.AttributeValueMemberSS).Value), "a,c")
	equal(t, "list", len(all["list"].(*types.AttributeValueMemberL).Value), 2)
	equal(t, "list2", len(all["list2"].(*types.AttributeValueMemberL).Value), 4)
	if _, there := all["gone"]; there {
		t.Error("a removed attribute is still there")
	}
	old := update(types.ReturnValueUpdatedOld).Attributes
	equal(t, "old count", number(t, old["count"]), "2")
	if _, there := old["pk"]; there {
		t.Error("UPDATED_OLD holds the key")
	}
	deep := old["doc"].(*types.AttributeValueMemberM).Value["deep"].(*types.AttributeValueMemberM).Value
	equal(t, "old doc.deep.v", number(t, deep["v"]), "9")
	equal(t, "ALL_OLD count", number(t, update(types.ReturnValueAllOld).Attributes["count"]), "3")
	equal(t, "NONE", len(update(types.ReturnValueNone).Attributes), 0)
}

func TestPutAndDeleteReturnOldItem(t *testing.T) {
	name := simpleTable(t)
	put(t, name, item{"pk": S("k"), "v": N("1")})
	replaced, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("k"), "v": N("2")},
		ReturnValues: types.ReturnValueAllOld, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	must(t, err)
	equal(t, "old value", number(t, replaced.Attributes["v"]), "1")
	equal(t, "capacity", *replaced.ConsumedCapacity.CapacityUnits, 1.0)
	equal(t, "capacity's table", *replaced.ConsumedCapacity.TableName, name)
	deleted, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &name, Key: item{"pk": S("k")}, ReturnValues: types.ReturnValueAllOld})
	must(t, err)
	equal(t, "deleted value", number(t, deleted.Attributes["v"]), "2")
	again, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &name, Key: item{"pk": S("k")}, ReturnValues: types.ReturnValueAllOld})
	must(t, err)
	equal(t, "deleting nothing", len(again.Attributes), 0)
	equal(t, "getting nothing", len(get(t, name, item{"pk": S("k")})), 0)
}

func TestConditionFailureCarriesItem(t *testing.T) {
	name := simpleTable(t)
	put(t, name, item{"pk": S("k"), "v": N("1")})
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("k")},
		ConditionExpression:                 aws.String("attribute_not_exists(pk) OR v BETWEEN :lo AND :hi"),
		ExpressionAttributeValues:           item{":lo": N("5"), ":hi": N("6")},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	failed := wantError[*types.ConditionalCheckFailedException](t, err, "The conditional request failed")
	equal(t, "item's value", number(t, failed.Item["v"]), "1")
	_, err = client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &name, Key: item{"pk": S("none")},
		ConditionExpression: aws.String("attribute_exists(pk)"), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	failed = wantError[*types.ConditionalCheckFailedException](t, err, "The conditional request failed")
	equal(t, "no item", len(failed.Item), 0)
}

func TestConditions(t *testing.T) {
	name := simpleTable(t)
	put(t, name, item{"pk": S("k"), "n": N("10"), "s": S("hello world"), "ss": SS("x", "y"),
		"m": &types.AttributeValueMemberM{Value: item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{S("deep")}}}}})
	values := item{":n": N("10"), ":s": S("hello"), ":x": S("x"), ":deep": S("deep"), ":t": S("N"), ":five": N("5"), ":20": N("20")}
	for condition, holds := range map[string]bool{
		"n = :n": true, "n <> :n": false, "n < :20 AND NOT n <= :five": true, "begins_with(s, :s)": true, "contains(s, :x)": false,
		"contains(ss, :x)": true, "m.l[0] = :deep": true, "m.l[1] = :deep": false, "attribute_type(n, :t)": true,
		"size(s) > :n": true, "size(ss) > :five": false, "n IN (:five, :20, :n)": true, "n BETWEEN :five AND :20": true,
		"attribute_exists(m.l) AND attribute_not_exists(m.k)": true, "n = :x": false,
		"n = :five OR n = :n AND s = :s OR begins_with(s, :s)": true, "(n = :five OR n = :n) AND s = :s": false,
	} {
		used := item{}
		for placeholder, value := range values {
			for _, word := range strings.FieldsFunc(condition, func(r rune) bool { return strings.ContainsRune("() ,", r) }) {
				if word == placeholder {
					used[placeholder] = value
				}
			}
		}
		if len(used) == 0 {
			used = nil
		}
		_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &name, Key: item{"pk": S("k")},
			UpdateExpression: aws.String("REMOVE nothing"), ConditionExpression: &condition, ExpressionAttributeValues: used})
		if holds && err != nil {
			t.Errorf("%s: %v", condition, err)
		} else if !holds {
			wantError[*types.ConditionalCheckFailedException](t, err, "The conditional request failed")
		}
	}
}

func TestProjection(t *testing.T) {
	name := simpleTable(t)
	put(t, name, item{"pk": S("k"), "a": N("1"), "Size": N("2"),
		"m": &types.AttributeValueMemberM{Value: item{"x": N("3"), "y": &types.AttributeValueMemberL{Value: []types.AttributeValue{N("4"), N("5")}}}}})
	out, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &name, Key: item{"pk": S("k")},
		ProjectionExpression: aws.String("#s, m.y[1], nothere"), ExpressionAttributeNames: map[string]string{"#s": "Size"}})
	must(t, err)
	var got map[string]any
	must(t, attributevalue.UnmarshalMap(out.Item, &got))
	want := map[string]any{"Size": 2.0, "m": map[string]any{"y": []any{5.0}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

type book struct {
	ID      string            `dynamodbav:"pk"`
	Title   string            `dynamodbav:"title"`
	Year    int               `dynamodbav:"year"`
	Price   float64           `dynamodbav:"price,omitempty"`
	Authors []string          `dynamodbav:"authors,stringset"`
	Cover   []byte            `dynamodbav:"cover"`
	Notes   map[string]string `dynamodbav:"notes"`
	Parts   []struct{ N int } `dynamodbav:"parts"`
}

func TestAttributeValueAndExpressionPackages(t *testing.T) {
	name := simpleTable(t)
	in := book{ID: "b1", Title: "Ground floor", Year: 2026, Price: 12.75, Authors: []string{"a", "b"}, Cover: []byte{1, 2, 3},
		Notes: map[string]string{"empty": "", "lang": "en"}, Parts: []struct{ N int }{{1}, {2}}}
	values, err := attributevalue.MarshalMap(in)
	must(t, err)
	put(t, name, values)
	var out book
	must(t, attributevalue.UnmarshalMap(get(t, name, item{"pk": S("b1")}), &out))
	sort.Strings(out.Authors)
	if !reflect.DeepEqual(in, out) {
		t.Errorf("got %+v, want %+v", out, in)
	}
	built, err := expression.NewBuilder().
		WithUpdate(expression.Set(expression.Name("year"), expression.Name("year").Plus(expression.Value(1))).
			Remove(expression.Name("notes.lang")).Add(expression.Name("price"), expression.Value(0.25))).
		WithCondition(expression.Name("year").Equal(expression.Value(2026)).
			And(expression.Contains(expression.Name("authors"), "a")).
			And(expression.Name("parts[1].N").In(expression.Value(1), expression.Value(2)))).Build()
	must(t, err)
	updated, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &name, Key: item{"pk": S("b1")},
		UpdateExpression: built.Update(), ConditionExpression: built.Condition(), ReturnValues: types.ReturnValueAllNew,
		ExpressionAttributeNames: built.Names(), ExpressionAttributeValues: built.Values()})
	must(t, err)
	var after book
	must(t, attributevalue.UnmarshalMap(updated.Attributes, &after))
	equal(t, "year", after.Year, 2027)
	equal(t, "price", after.Price, 13.0)
	equal(t, "notes", len(after.Notes), 1)
}

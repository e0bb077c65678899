// The wire: errors mapped to the SDK's types, checksums, 50 requests at once over few connections, large bodies.
package clients

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestErrorTypes(t *testing.T) {
	name := sortedTable(t, "N")
	missing := "no-such-table"
	key := item{"pk": S("a"), "sk": N("1")}
	_, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &missing, Key: key})
	wantError[*types.ResourceNotFoundException](t, err, "Requested resource not found")
	_, err = client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &missing})
	wantError[*types.ResourceNotFoundException](t, err, "Requested resource not found: Table: no-such-table not found")
	_, err = client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &name, Key: item{"pk": S("a")}})
	wantCode(t, err, "ValidationException", "The provided key element does not match the schema")
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("a")}})
	wantCode(t, err, "ValidationException", "One or more parameter values were invalid: Missing the key sk in the item")
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("a"), "sk": S("1")}})
	wantCode(t, err, "ValidationException", "One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S")
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S(""), "sk": N("1")}})
	wantCode(t, err, "ValidationException", "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk")
	_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &name, Key: key, UpdateExpression: aws.String("SET a = :a"),
		ExpressionAttributeValues: item{":a": N("1"), ":b": N("2")}})
	wantCode(t, err, "ValidationException", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}")
	_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &name, Key: key, UpdateExpression: aws.String("SET size = :a"),
		ExpressionAttributeValues: item{":a": N("1")}})
	wantCode(t, err, "ValidationException", "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: size")
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("a"), "sk": N("1"), "e": SS()}})
	wantCode(t, err, "ValidationException", "An string set  may not be empty")
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("a"), "sk": N("1"), "e": NS("1", "1.0")}})
	wantCode(t, err, "ValidationException", "Input collection contains duplicates")
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": S("a"), "sk": N("1"), "f": S(strings.Repeat("x", 409600))}})
	wantCode(t, err, "ValidationException", "Item size has exceeded the maximum allowed size")
	bad := "a b"
	_, err = client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &bad})
	wantCode(t, err, "ValidationException", "")
	_, err = client.DescribeTable(ctx, &dynamodb.DescribeTableInput{})
	if err == nil {
		t.Error("DescribeTable without a name")
	}
}

// corrupting changes one byte of each answer, after it has noted the checksum's header.
type corrupting struct{ sums atomic.Int64 }

func (c *corrupting) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if response.Header.Get("X-Amz-Crc32") != "" {
		c.sums.Add(1)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte("intact"), []byte("intakt"), 1)))
	return response, err
}

func TestChecksumIsVerified(t *testing.T) {
	name := simpleTable(t)
	put(t, name, item{"pk": S("intact")})
	transport, log := &corrupting{}, &warnings{}
	damaged := newClient(transport, log)
	_, err := damaged.GetItem(ctx, &dynamodb.GetItemInput{TableName: &name, Key: item{"pk": S("intact")}})
	if said := fmt.Sprint(err, log.take()); !strings.Contains(said, "checksum") {
		t.Errorf("a damaged answer gave %s", said)
	}
	_, err = damaged.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("missing"), Key: item{"pk": S("intact")}})
	wantError[*types.ResourceNotFoundException](t, err, "")
	equal(t, "answers with a checksum", transport.sums.Load(), 2)
}

func TestFiftyAtOnce(t *testing.T) {
	name := simpleTable(t)
	shared := newClient(&http.Transport{MaxConnsPerHost: 50, MaxIdleConnsPerHost: 50}, &warned)
	var group sync.WaitGroup
	problems := make(chan error, 50)
	for worker := 0; worker < 50; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for round := 0; round < 10; round++ {
				key := item{"pk": S(fmt.Sprint("own", worker))}
				if _, err := shared.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item{"pk": key["pk"], "round": N(fmt.Sprint(round))}}); err != nil {
					problems <- err
					return
				}
				out, err := shared.GetItem(ctx, &dynamodb.GetItemInput{TableName: &name, Key: key, ConsistentRead: aws.Bool(true)})
				if err != nil {
					problems <- err
					return
				}
				if round, ok := out.Item["round"].(*types.AttributeValueMemberN); !ok || round.Value == "" {
					problems <- fmt.Errorf("worker %d reads %v", worker, out.Item)
					return
				}
				if _, err = shared.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &name, Key: item{"pk": S("shared")},
					UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": N("1")}}); err != nil {
					problems <- err
					return
				}
			}
		}()
	}
	group.Wait()
	close(problems)
	for err := range problems {
		t.Error(err)
	}
	equal(t, "counter", number(t, get(t, name, item{"pk": S("shared")})["n"]), "500")
}

// One request after the other stays on one connection, whatever the answer's size. A few more are let pass: net/http
// gives a connection up when its own goroutines are kept waiting for 50 ms.
func TestConnectionIsKept(t *testing.T) {
	name := sortedTable(t, "N")
	fill(t, name, "p", 25, func(i int, values item) { values["filler"] = S(strings.Repeat("x", 50000)) })
	var dials atomic.Int64
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	kept := newClient(transport, &warned)
	for round := 0; round < 100; round++ {
		out, err := kept.Query(ctx, &dynamodb.QueryInput{TableName: &name, KeyConditionExpression: aws.String("pk = :p"),
			ExpressionAttributeValues: item{":p": S("p")}, Limit: aws.Int32(int32(round%25 + 1))})
		must(t, err)
		equal(t, "items", int(out.Count), min(round%25+1, 21))
		_, err = kept.GetItem(ctx, &dynamodb.GetItemInput{TableName: &name, Key: item{"pk": S("p")}})
		wantCode(t, err, "ValidationException", "")
	}
	if dials.Load() > 5 {
		t.Errorf("200 requests took %d connections", dials.Load())
	}
}

func TestRequestID(t *testing.T) {
	out, err := client.ListTables(ctx, &dynamodb.ListTablesInput{Limit: aws.Int32(1)})
	must(t, err)
	id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	if !ok || len(id) < 16 {
		t.Errorf("request id: %q", id)
	}
}

// Every value of BatchWriteItem's 25 is near the item limit: a body of some 10 MB.
func TestBodyOfTenMegabytes(t *testing.T) {
	name := sortedTable(t, "N")
	filler := strings.Repeat("é", 200000)
	fill(t, name, "p", 25, func(i int, values item) { values["filler"] = S(filler) })
	got := get(t, name, item{"pk": S("p"), "sk": N("24")})
	equal(t, "last item", text(t, got["filler"]) == filler, true)
}

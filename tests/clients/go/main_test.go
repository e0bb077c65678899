// The AWS SDK for Go v2 against a running server: what a Go program does every day, over real sockets.
//
// CYNAMO_TEST_ENDPOINT says where. Each test creates its own tables under names that no other test uses, so any of
// them runs alone (go test -run TestName) and all of them in one server. The SDK checks x-amz-crc32 of every answer;
// wire_test.go proves that it does.
package clients

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

var (
	ctx      = context.Background()
	endpoint string
	client   *dynamodb.Client
	serial   atomic.Int64
	run      = time.Now().UnixMilli()
	warned   warnings
)

func TestMain(m *testing.M) {
	endpoint = os.Getenv("CYNAMO_TEST_ENDPOINT")
	if endpoint == "" {
		log.Fatal("CYNAMO_TEST_ENDPOINT is not set")
	}
	client = newClient(http.DefaultTransport, &warned)
	status := m.Run()
	if complaints := warned.take(); len(complaints) > 0 {
		fmt.Printf("--- FAIL: NoWarnings\n    the SDK warned of %d answers: %s\n", len(complaints), complaints[0])
		status = 1
	}
	os.Exit(status)
}

// warnings keeps what the SDK logs: of an answer whose checksum is wrong it says so there, and nowhere else.
type warnings struct {
	lock  sync.Mutex
	lines []string
}

func (w *warnings) Logf(_ logging.Classification, format string, args ...any) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *warnings) take() []string {
	w.lock.Lock()
	defer w.lock.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

// newClient gives a client that never retries, so that a first wrong answer is a failure.
func newClient(transport http.RoundTripper, logger logging.Logger) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""),
		HTTPClient:   plainClient(transport),
		Retryer:      aws.NopRetryer{},
		Logger:       logger,
		EndpointDiscovery: dynamodb.EndpointDiscoveryOptions{
			EnableEndpointDiscovery: aws.EndpointDiscoveryDisabled,
		},
	})
}

func tableName(t *testing.T) string {
	return fmt.Sprintf("go-%s-%d-%d", strings.NewReplacer("/", ".", " ", "-").Replace(t.Name()), run, serial.Add(1))
}

func attribute(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
}

func schema(hash, sort string) []types.KeySchemaElement {
	keys := []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}}
	if sort != "" {
		keys = append(keys, types.KeySchemaElement{AttributeName: &sort, KeyType: types.KeyTypeRange})
	}
	return keys
}

// makeTable creates a table, waits until it is there and drops it at the end of the test.
func makeTable(t *testing.T, input *dynamodb.CreateTableInput) string {
	t.Helper()
	if input.TableName == nil {
		input.TableName = aws.String(tableName(t))
	}
	if input.BillingMode == "" {
		input.BillingMode = types.BillingModePayPerRequest
	}
	_, err := client.CreateTable(ctx, input)
	must(t, err)
	waitExists(t, *input.TableName)
	t.Cleanup(func() { _, _ = client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: input.TableName}) })
	return *input.TableName
}

func waitExists(t *testing.T, name string) {
	t.Helper()
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 200*time.Millisecond
	})
	must(t, waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, 20*time.Second))
}

// simpleTable has one partition key "pk" of type S; sortedTable also a sort key "sk" of the type given.
func simpleTable(t *testing.T) string {
	t.Helper()
	return makeTable(t, &dynamodb.CreateTableInput{
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S")}, KeySchema: schema("pk", "")})
}

func sortedTable(t *testing.T, kind types.ScalarAttributeType) string {
	t.Helper()
	return makeTable(t, &dynamodb.CreateTableInput{
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S"), attribute("sk", kind)},
		KeySchema:            schema("pk", "sk")})
}

type item = map[string]types.AttributeValue

func S(v string) types.AttributeValue     { return &types.AttributeValueMemberS{Value: v} }
func N(v string) types.AttributeValue     { return &types.AttributeValueMemberN{Value: v} }
func B(v []byte) types.AttributeValue     { return &types.AttributeValueMemberB{Value: v} }
func SS(v ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: v} }
func NS(v ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: v} }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// wantError checks that the SDK decoded the error into its own type E, and that its message contains the text.
func wantError[E error](t *testing.T, err error, message string) E {
	t.Helper()
	var typed E
	if !errors.As(err, &typed) {
		t.Fatalf("got error %v, want one of type %T", err, typed)
	}
	if !strings.Contains(err.Error(), message) {
		t.Errorf("got message %q, want one with %q", err.Error(), message)
	}
	return typed
}

// wantCode is for errors that the SDK has no type for, such as ValidationException.
func wantCode(t *testing.T, err error, code, message string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got error %v, want %s", err, code)
	}
	equal(t, "error code", api.ErrorCode(), code)
	if !strings.Contains(api.ErrorMessage(), message) {
		t.Errorf("got message %q, want one with %q", api.ErrorMessage(), message)
	}
}

func put(t *testing.T, table string, values item) {
	t.Helper()
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: values})
	must(t, err)
}

func get(t *testing.T, table string, key item) item {
	t.Helper()
	out, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	must(t, err)
	return out.Item
}

func number(t *testing.T, v types.AttributeValue) string {
	t.Helper()
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		t.Fatalf("got %T, want a number", v)
	}
	return n.Value
}

func text(t *testing.T, v types.AttributeValue) string {
	t.Helper()
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		t.Fatalf("got %T, want a string", v)
	}
	return s.Value
}

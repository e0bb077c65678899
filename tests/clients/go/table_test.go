// Tables: creation with both kinds of index, waiters, listing, updates, TTL, tags, limits, endpoints, deletion.
package clients

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestTableWithIndexes(t *testing.T) {
	throughput := &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(5), WriteCapacityUnits: aws.Int64(6)}
	name := makeTable(t, &dynamodb.CreateTableInput{
		BillingMode:           types.BillingModeProvisioned,
		ProvisionedThroughput: throughput,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("pk", "S"), attribute("sk", "N"), attribute("lsk", "S"), attribute("gpk", "B")},
		KeySchema: schema("pk", "sk"),
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{{
			IndexName: aws.String("local"), KeySchema: schema("pk", "lsk"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"a", "b"}}}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("global"), KeySchema: schema("gpk", "sk"), ProvisionedThroughput: throughput,
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}}},
	})
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	must(t, err)
	table := out.Table
	equal(t, "status", table.TableStatus, types.TableStatusActive)
	equal(t, "name", *table.TableName, name)
	if !strings.HasPrefix(*table.TableArn, "arn:aws:dynamodb:us-east-1:") || !strings.HasSuffix(*table.TableArn, ":table/"+name) {
		t.Errorf("table ARN: %s", *table.TableArn)
	}
	if table.TableId == nil || len(*table.TableId) != 36 {
		t.Errorf("table id: %v", table.TableId)
	}
	if table.CreationDateTime == nil || time.Since(*table.CreationDateTime).Abs() > time.Hour {
		t.Errorf("creation time: %v", table.CreationDateTime)
	}
	equal(t, "read units", *table.ProvisionedThroughput.ReadCapacityUnits, 5)
	equal(t, "write units", *table.ProvisionedThroughput.WriteCapacityUnits, 6)
	equal(t, "keys", fmt.Sprintf("%d %s %s", len(table.KeySchema), *table.KeySchema[0].AttributeName, table.KeySchema[1].KeyType), "2 pk RANGE")
	equal(t, "definitions", len(table.AttributeDefinitions), 4)
	equal(t, "local indexes", len(table.LocalSecondaryIndexes), 1)
	equal(t, "local index projects", strings.Join(table.LocalSecondaryIndexes[0].Projection.NonKeyAttributes, ","), "a,b")
	equal(t, "local index ARN", *table.LocalSecondaryIndexes[0].IndexArn, *table.TableArn+"/index/local")
	equal(t, "global indexes", len(table.GlobalSecondaryIndexes), 1)
	equal(t, "global index status", table.GlobalSecondaryIndexes[0].IndexStatus, types.IndexStatusActive)
	equal(t, "global index units", *table.GlobalSecondaryIndexes[0].ProvisionedThroughput.WriteCapacityUnits, 6)

	_, err = client.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S")}, KeySchema: schema("pk", "")})
	wantError[*types.ResourceInUseException](t, err, "Table already exists: "+name)
}

func TestListTablesPaginates(t *testing.T) {
	want := map[string]bool{}
	for i := 0; i < 5; i++ {
		want[simpleTable(t)] = true
	}
	pages := dynamodb.NewListTablesPaginator(client, &dynamodb.ListTablesInput{Limit: aws.Int32(2)})
	last := ""
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		must(t, err)
		if len(page.TableNames) > 2 {
			t.Errorf("page of %d names with Limit 2", len(page.TableNames))
		}
		for _, name := range page.TableNames {
			if name <= last {
				t.Errorf("%s after %s", name, last)
			}
			last = name
			delete(want, name)
		}
	}
	equal(t, "names not listed", len(want), 0)
}

func TestUpdateTableAddsAndDropsIndex(t *testing.T) {
	name := simpleTable(t)
	for i := 0; i < 20; i++ {
		values := item{"pk": S(fmt.Sprint("item", i)), "n": N(fmt.Sprint(i))}
		if i%2 == 0 {
			values["g"] = S("even")
		}
		put(t, name, values)
	}
	_, err := client.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &name,
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S"), attribute("g", "S"), attribute("n", "N")},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: aws.String("by-g"), KeySchema: schema("g", "n"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}}}})
	must(t, err)
	waitIndexes(t, name, 1)
	out, err := client.Query(ctx, &dynamodb.QueryInput{TableName: &name, IndexName: aws.String("by-g"),
		KeyConditionExpression: aws.String("g = :g and n > :n"), ExpressionAttributeValues: item{":g": S("even"), ":n": N("9")}})
	must(t, err)
	equal(t, "items in the new index", out.Count, 5)
	equal(t, "first", number(t, out.Items[0]["n"]), "10")

	_, err = client.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &name,
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{
			Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String("by-g")}}}})
	must(t, err)
	waitIndexes(t, name, 0)
	_, err = client.Query(ctx, &dynamodb.QueryInput{TableName: &name, IndexName: aws.String("by-g"),
		KeyConditionExpression: aws.String("g = :g"), ExpressionAttributeValues: item{":g": S("even")}})
	wantCode(t, err, "ValidationException", "The table does not have the specified index: by-g")
}

// waitIndexes waits until the table and as many global indexes as given are ACTIVE.
func waitIndexes(t *testing.T, name string, count int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		must(t, err)
		active := out.Table.TableStatus == types.TableStatusActive
		for _, index := range out.Table.GlobalSecondaryIndexes {
			active = active && index.IndexStatus == types.IndexStatusActive
		}
		if active && len(out.Table.GlobalSecondaryIndexes) == count {
			return
		}
	}
	t.Fatalf("table %s has not come to %d active indexes", name, count)
}

func TestUpdateTableBillingAndStream(t *testing.T) {
	name := simpleTable(t)
	out, err := client.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &name, BillingMode: types.BillingModeProvisioned,
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(3), WriteCapacityUnits: aws.Int64(4)}})
	must(t, err)
	equal(t, "name", *out.TableDescription.TableName, name)
	waitIndexes(t, name, 0)
	_, err = client.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &name,
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages}})
	must(t, err)
	waitIndexes(t, name, 0)
	described, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	must(t, err)
	equal(t, "write units", *described.Table.ProvisionedThroughput.WriteCapacityUnits, 4)
	if described.Table.StreamSpecification == nil || !*described.Table.StreamSpecification.StreamEnabled {
		t.Error("the stream is not enabled")
	}
	if described.Table.LatestStreamArn == nil || !strings.HasPrefix(*described.Table.LatestStreamArn, *described.Table.TableArn+"/stream/") {
		t.Errorf("stream ARN: %v", described.Table.LatestStreamArn)
	}
}

func TestDeletionProtection(t *testing.T) {
	name := makeTable(t, &dynamodb.CreateTableInput{DeletionProtectionEnabled: aws.Bool(true),
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S")}, KeySchema: schema("pk", "")})
	_, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
	wantCode(t, err, "ValidationException", "deletion")
	_, err = client.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &name, DeletionProtectionEnabled: aws.Bool(false)})
	must(t, err)
	waitIndexes(t, name, 0)
	_, err = client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
	must(t, err)
	waiter := dynamodb.NewTableNotExistsWaiter(client, func(o *dynamodb.TableNotExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 200*time.Millisecond
	})
	must(t, waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, 20*time.Second))
	_, err = client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	wantError[*types.ResourceNotFoundException](t, err, "Requested resource not found: Table: "+name+" not found")
}

func TestTimeToLive(t *testing.T) {
	name := simpleTable(t)
	before, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	must(t, err)
	equal(t, "status at first", before.TimeToLiveDescription.TimeToLiveStatus, types.TimeToLiveStatusDisabled)
	out, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: &name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)}})
	must(t, err)
	equal(t, "echo", *out.TimeToLiveSpecification.AttributeName, "expires")
	after, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	must(t, err)
	switch after.TimeToLiveDescription.TimeToLiveStatus {
	case types.TimeToLiveStatusEnabled, types.TimeToLiveStatusEnabling:
	default:
		t.Errorf("status: %s", after.TimeToLiveDescription.TimeToLiveStatus)
	}
	equal(t, "attribute", *after.TimeToLiveDescription.AttributeName, "expires")
}

func TestTags(t *testing.T) {
	name := makeTable(t, &dynamodb.CreateTableInput{Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String("me")}},
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S")}, KeySchema: schema("pk", "")})
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	must(t, err)
	arn := out.Table.TableArn
	_, err = client.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{
		{Key: aws.String("stage"), Value: aws.String("")}, {Key: aws.String("owner"), Value: aws.String("you")}}})
	must(t, err)
	equal(t, "tags", tagsOf(t, arn), "owner=you stage=")
	_, err = client.UntagResource(ctx, &dynamodb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"owner"}})
	must(t, err)
	equal(t, "tags after untagging", tagsOf(t, arn), "stage=")
}

func tagsOf(t *testing.T, arn *string) string {
	t.Helper()
	out, err := client.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: arn})
	must(t, err)
	var all []string
	for _, tag := range out.Tags {
		all = append(all, *tag.Key+"="+*tag.Value)
	}
	if len(all) == 2 && all[0] > all[1] {
		all[0], all[1] = all[1], all[0]
	}
	return strings.Join(all, " ")
}

func TestLimitsAndEndpoints(t *testing.T) {
	limits, err := client.DescribeLimits(ctx, &dynamodb.DescribeLimitsInput{})
	must(t, err)
	if *limits.TableMaxReadCapacityUnits <= 0 || *limits.AccountMaxWriteCapacityUnits < *limits.TableMaxWriteCapacityUnits {
		t.Errorf("limits: %+v", limits)
	}
	endpoints, err := client.DescribeEndpoints(ctx, &dynamodb.DescribeEndpointsInput{})
	must(t, err)
	if len(endpoints.Endpoints) != 1 || *endpoints.Endpoints[0].Address == "" || endpoints.Endpoints[0].CachePeriodInMinutes <= 0 {
		t.Errorf("endpoints: %+v", endpoints.Endpoints)
	}
}

func TestTableNameAsARN(t *testing.T) {
	name := simpleTable(t)
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	must(t, err)
	put(t, *out.Table.TableArn, item{"pk": S("by ARN")})
	equal(t, "by name", text(t, get(t, name, item{"pk": S("by ARN")})["pk"]), "by ARN")
}

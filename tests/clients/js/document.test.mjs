// The document client of the SDK for JavaScript v3: plain values in, plain values out.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import * as lib from '@aws-sdk/lib-dynamodb'
import { client, newClient, makeTable, rejects, schema } from './server.mjs'

const documents = lib.DynamoDBDocument.from(client, { marshallOptions: { removeUndefinedValues: true } })

test('plain values', async () => {
  const TableName = await makeTable({ id: 'S' })
  const Item = {
    id: 'a', text: '', on: true, off: false, nothing: null, n: 0.1, big: 2n ** 60n, list: [1, 'two', [3], { four: 4 }],
    bytes: Uint8Array.of(1, 2, 3), words: new Set(['x', 'y']), primes: new Set([2, 3, 5]), deep: { a: { b: { c: [] } } }, left: undefined,
  }
  await documents.put({ TableName, Item })
  const { Item: got } = await documents.get({ TableName, Key: { id: 'a' }, ConsistentRead: true })
  delete Item.left
  assert.deepEqual(got.bytes, Item.bytes)
  assert.deepEqual([...got.primes].sort(), [2, 3, 5])
  assert.equal(BigInt(got.big), Item.big)
  for (const key of ['text', 'on', 'off', 'nothing', 'n', 'list', 'deep', 'words']) assert.deepEqual(got[key], Item[key], key)
  assert.deepEqual(Object.keys(got).sort(), Object.keys(Item).sort())
})

test('numbers that JavaScript cannot hold', async () => {
  const exact = lib.DynamoDBDocument.from(newClient(), { unmarshallOptions: { wrapNumbers: true } })
  const TableName = await makeTable({ id: 'N' })
  const text = '1234567890123456789012345678.9012345678'
  await exact.put({ TableName, Item: { id: lib.NumberValue.from(text), all: new Set([lib.NumberValue.from(text), 1]) } })
  const { Item } = await exact.get({ TableName, Key: { id: lib.NumberValue.from(text) } })
  assert.equal(Item.id.toString(), text)
  const { Attributes } = await exact.update({ TableName, Key: { id: lib.NumberValue.from(text) }, ReturnValues: 'UPDATED_NEW',
    UpdateExpression: 'SET half = id - :x', ExpressionAttributeValues: { ':x': lib.NumberValue.from('0.9012345678') } })
  assert.equal(Attributes.half.toString(), '1234567890123456789012345678')
})

test('update, condition, delete', async () => {
  const TableName = await makeTable({ id: 'S' })
  await documents.put({ TableName, Item: { id: 'a', visits: 1, log: ['in'] } })
  const { Attributes } = await documents.update({
    TableName, Key: { id: 'a' }, ReturnValues: 'ALL_NEW',
    UpdateExpression: 'SET #log = list_append(#log, :out), #x = :t ADD visits :one',
    ExpressionAttributeNames: { '#log': 'log', '#x': 'last seen' }, ExpressionAttributeValues: { ':out': ['out'], ':one': 1, ':t': { at: 5 } },
    ConditionExpression: 'size(#log) = :one',
  })
  assert.deepEqual(Attributes, { id: 'a', visits: 2, log: ['in', 'out'], 'last seen': { at: 5 } })
  const failed = await rejects(documents.delete({ TableName, Key: { id: 'a' }, ConditionExpression: 'visits > :v', ExpressionAttributeValues: { ':v': 2 }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    ConditionalCheckFailedException)
  assert.ok(failed.Item)
  assert.deepEqual((await documents.delete({ TableName, Key: { id: 'a' }, ReturnValues: 'ALL_OLD' })).Attributes, Attributes)
})

test('batches', async () => {
  const TableName = await makeTable({ id: 'N' })
  const ids = Array.from({ length: 60 }, (_, id) => ({ id }))
  for (let i = 0; i < ids.length; i += 25) {
    let pending = { [TableName]: ids.slice(i, i + 25).map(({ id }) => ({ PutRequest: { Item: { id, square: id * id } } })) }
    while (Object.keys(pending).length > 0) pending = (await documents.batchWrite({ RequestItems: pending })).UnprocessedItems
  }
  const found = []
  let pending = { [TableName]: { Keys: ids } }
  while (Object.keys(pending).length > 0) {
    const { Responses, UnprocessedKeys } = await documents.batchGet({ RequestItems: pending })
    found.push(...Responses[TableName])
    pending = UnprocessedKeys
  }
  assert.equal(found.length, 60)
  assert.ok(found.every(({ id, square }) => square === id * id))
})

test('query and scan in pages', async () => {
  const TableName = await makeTable({ artist: 'S', year: 'N', genre: 'S' }, {
    GlobalSecondaryIndexes: [{ IndexName: 'genres', KeySchema: schema('genre', 'year'), Projection: { ProjectionType: 'ALL' } }],
  })
  for (let year = 1990; year < 2010; year++) await documents.put({ TableName, Item: { artist: year % 2 ? 'odd' : 'even', year, genre: year < 2000 ? 'old' : 'new', tracks: [{ title: 'One' }, { title: 'Two' }] } })
  const years = async pages => {
    const all = []
    for await (const { Items } of pages) all.push(...Items.map(({ year }) => year))
    return all
  }
  const paginated = { client: documents, pageSize: 3 }
  assert.deepEqual(await years(lib.paginateQuery(paginated, { TableName, KeyConditionExpression: 'artist = :a AND #y BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#y': 'year' }, ExpressionAttributeValues: { ':a': 'odd', ':from': 1994, ':to': 2001 } })), [1995, 1997, 1999, 2001])
  assert.deepEqual(await years(lib.paginateQuery(paginated, { TableName, IndexName: 'genres', ScanIndexForward: false, KeyConditionExpression: 'genre = :g',
    FilterExpression: 'artist = :a AND tracks[1].title = :t', ExpressionAttributeValues: { ':g': 'new', ':a': 'even', ':t': 'Two' } })), [2008, 2006, 2004, 2002, 2000])
  const scanned = await years(lib.paginateScan(paginated, { TableName, FilterExpression: '#y >= :y', ExpressionAttributeNames: { '#y': 'year' }, ExpressionAttributeValues: { ':y': 2005 } }))
  assert.deepEqual(scanned.sort(), [2005, 2006, 2007, 2008, 2009])
})

test('transactions', async () => {
  const TableName = await makeTable({ id: 'S' })
  await documents.transactWrite({ TransactItems: [
    { Put: { TableName, Item: { id: 'from', balance: 70 } } }, { Put: { TableName, Item: { id: 'to', balance: 0 } } }] })
  const transfer = amount => documents.transactWrite({ TransactItems: [
    { Update: { TableName, Key: { id: 'from' }, UpdateExpression: 'SET balance = balance - :a', ConditionExpression: 'balance >= :a', ExpressionAttributeValues: { ':a': amount }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
    { Update: { TableName, Key: { id: 'to' }, UpdateExpression: 'SET balance = balance + :a', ExpressionAttributeValues: { ':a': amount } } }] })
  await transfer(50)
  const cancelled = await rejects(transfer(50), TransactionCanceledException)
  assert.deepEqual(cancelled.CancellationReasons.map(({ Code }) => Code), ['ConditionalCheckFailed', 'None'])
  const { Responses } = await documents.transactGet({ TransactItems: ['from', 'to', 'nobody'].map(id => ({ Get: { TableName, Key: { id } } })) })
  assert.deepEqual(Responses.map(({ Item }) => Item?.balance), [20, 50, undefined])
})

// The AWS SDK for JavaScript v3, its low-level client: tables, items, reads, batches, transactions, errors.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import * as ddb from '@aws-sdk/client-dynamodb'
import { client, newClient, makeTable, tableName, schema, rejects, checked } from './server.mjs'

const send = (name, input) => client.send(new ddb[name + 'Command'](input))
const put = (TableName, Item, more) => send('PutItem', { TableName, Item, ...more })
const get = async (TableName, Key) => (await send('GetItem', { TableName, Key, ConsistentRead: true })).Item
const validation = (promise, text) => rejects(promise, 'ValidationException', text)

async function writeAll(TableName, items) {
  for (let i = 0; i < items.length; i += 25) {
    let pending = { [TableName]: items.slice(i, i + 25).map(Item => ({ PutRequest: { Item } })) }
    for (let round = 0; Object.keys(pending).length > 0; round++) {
      assert.ok(round < 20, 'writes stay unprocessed')
      pending = (await send('BatchWriteItem', { RequestItems: pending })).UnprocessedItems
    }
  }
}

const rows = (count, more = () => ({})) =>
  Array.from({ length: count }, (_, i) => ({ pk: { S: 'p' }, sk: { N: String(i) }, ...more(i) }))

async function collect(pages) {
  const all = { items: [], pages: 0 }
  for await (const page of pages) {
    all.items.push(...page.Items)
    all.pages++
    assert.equal(page.Count, page.Items.length)
  }
  return all
}

test('a table with local and global indexes', async () => {
  const units = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 }
  const TableName = await makeTable({ pk: 'S', sk: 'N', lsk: 'S', gpk: 'B' }, {
    BillingMode: 'PROVISIONED', ProvisionedThroughput: units,
    LocalSecondaryIndexes: [{ IndexName: 'local', KeySchema: schema('pk', 'lsk'), Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b'] } }],
    GlobalSecondaryIndexes: [{ IndexName: 'global', KeySchema: schema('gpk', 'sk'), ProvisionedThroughput: units, Projection: { ProjectionType: 'KEYS_ONLY' } }],
  })
  const { Table } = await send('DescribeTable', { TableName })
  assert.equal(Table.TableStatus, 'ACTIVE')
  assert.match(Table.TableArn, new RegExp(`^arn:aws:dynamodb:us-east-1:\\d{12}:table/${TableName}$`))
  assert.match(Table.TableId, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  assert.ok(Math.abs(Date.now() - Table.CreationDateTime) < 3600e3)
  assert.deepEqual(Table.KeySchema, schema('pk', 'sk'))
  assert.equal(Table.ItemCount, 0)
  assert.equal(Table.ProvisionedThroughput.WriteCapacityUnits, 6)
  assert.equal(Table.ProvisionedThroughput.NumberOfDecreasesToday, 0)
  const [local] = Table.LocalSecondaryIndexes, [global] = Table.GlobalSecondaryIndexes
  assert.deepEqual(local.Projection, { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b'] })
  assert.equal(local.IndexArn, Table.TableArn + '/index/local')
  assert.equal(global.IndexStatus, 'ACTIVE')
  assert.deepEqual(global.KeySchema, schema('gpk', 'sk'))
  await rejects(makeTable({ pk: 'S' }, { TableName }), ddb.ResourceInUseException, `Table already exists: ${TableName}`)
})

test('waiters, deletion, deletion protection', async () => {
  const TableName = await makeTable({ pk: 'S' }, { DeletionProtectionEnabled: true })
  await validation(send('DeleteTable', { TableName }), 'deletion')
  await send('UpdateTable', { TableName, DeletionProtectionEnabled: false })
  await ddb.waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName })
  const { TableDescription } = await send('DeleteTable', { TableName })
  assert.equal(TableDescription.TableStatus, 'DELETING')
  const waited = await ddb.waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName })
  assert.equal(waited.state, 'SUCCESS')
  await rejects(send('DescribeTable', { TableName }), ddb.ResourceNotFoundException, `Requested resource not found: Table: ${TableName} not found`)
})

test('ListTables in pages', async () => {
  const made = []
  for (let i = 0; i < 4; i++) made.push(await makeTable({ pk: 'S' }))
  const listed = []
  for await (const page of ddb.paginateListTables({ client, pageSize: 3 }, {})) {
    assert.ok(page.TableNames.length <= 3)
    listed.push(...page.TableNames)
  }
  assert.deepEqual(listed, [...listed].sort())
  for (const name of made) assert.equal(listed.filter(other => other === name).length, 1)
})

test('time to live, tags, limits, endpoints', async () => {
  const TableName = await makeTable({ pk: 'S' }, { Tags: [{ Key: 'owner', Value: 'me' }] })
  assert.equal((await send('DescribeTimeToLive', { TableName })).TimeToLiveDescription.TimeToLiveStatus, 'DISABLED')
  const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true }
  assert.deepEqual((await send('UpdateTimeToLive', { TableName, TimeToLiveSpecification })).TimeToLiveSpecification, TimeToLiveSpecification)
  const { TimeToLiveDescription } = await send('DescribeTimeToLive', { TableName })
  assert.match(TimeToLiveDescription.TimeToLiveStatus, /^ENABL(ED|ING)$/)
  assert.equal(TimeToLiveDescription.AttributeName, 'expires')

  const ResourceArn = (await send('DescribeTable', { TableName })).Table.TableArn
  await send('TagResource', { ResourceArn, Tags: [{ Key: 'stage', Value: '' }, { Key: 'Ünïcode +-=._:/@', Value: 'x' }] })
  await send('UntagResource', { ResourceArn, TagKeys: ['owner', 'not there'] })
  const { Tags } = await send('ListTagsOfResource', { ResourceArn })
  assert.deepEqual(Object.fromEntries(Tags.map(tag => [tag.Key, tag.Value])), { stage: '', 'Ünïcode +-=._:/@': 'x' })

  const limits = await send('DescribeLimits', {})
  for (const name of ['AccountMaxReadCapacityUnits', 'AccountMaxWriteCapacityUnits', 'TableMaxReadCapacityUnits', 'TableMaxWriteCapacityUnits']) {
    assert.ok(limits[name] > 0, name)
  }
  const { Endpoints } = await send('DescribeEndpoints', {})
  assert.equal(Endpoints.length, 1)
  assert.ok(Endpoints[0].Address && Endpoints[0].CachePeriodInMinutes > 0)
})

test('every type of value comes back as it went', async () => {
  const TableName = await makeTable({ pk: 'B' })
  const pk = { B: Uint8Array.of(0, 255, 10) }
  const item = {
    pk,
    s: { S: 'snow ☃, cat 😺, "quoted"\\, \u0000 and \u2028' }, 'no s': { S: '' },
    n: { N: '-12.5' }, b: { B: Uint8Array.of(0, 1, 250) }, 'no b': { B: new Uint8Array() },
    yes: { BOOL: true }, no: { BOOL: false }, null: { NULL: true },
    l: { L: [{ S: 'a' }, { N: '1' }, { L: [] }, { M: {} }] },
    m: { M: { in: { M: { 'x.y': { S: 'z' }, ' ': { S: '' } } } } },
    ss: { SS: ['b', 'a', ''] }, ns: { NS: ['1', '2.5', '-3'] }, bs: { BS: [Uint8Array.of(2), Uint8Array.of(1)] },
  }
  await put(TableName, item)
  const got = await get(TableName, { pk })
  // Bytes as text, and sets in one order, for the comparison.
  const plain = value => JSON.parse(JSON.stringify(value, (name, v) => {
    if (v instanceof Uint8Array) return Buffer.from(v).toString('hex')
    return ['SS', 'NS', 'BS'].includes(name) ? v.map(plain).sort() : v
  }))
  assert.deepEqual(plain(got), plain(item))
})

test('numbers of 38 digits', async () => {
  const TableName = await makeTable({ pk: 'N' })
  for (const [given, want] of [
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['-0.12345678901234567890123456789012345678', '-0.12345678901234567890123456789012345678'],
    ['1.0', '1'], ['0.00', '0'], ['1E2', '100'], ['1e-3', '0.001'],
    ['-9.9999999999999999999999999999999999999E+125', '-' + '9'.repeat(38) + '0'.repeat(88)],
    ['1E-130', '0.' + '0'.repeat(129) + '1'],
  ]) {
    await put(TableName, { pk: { N: given }, n: { N: given } })
    assert.deepEqual(await get(TableName, { pk: { N: want } }), { pk: { N: want }, n: { N: want } })
  }
  const bad = n => put(TableName, { pk: { N: '1' }, n: { N: n } })
  await validation(bad('1'.repeat(39)), 'Attempting to store more than 38 significant digits in a Number')
  await validation(bad('1E126'), 'Number overflow')
  await validation(bad('-1E-131'), 'Number underflow')
  await validation(bad('NaN'), 'The parameter cannot be converted to a numeric value: NaN')
})

test('update expressions and return values', async () => {
  const TableName = await makeTable({ pk: 'S' })
  const Key = { pk: { S: 'k' } }
  await put(TableName, { ...Key, n: { N: '1' }, l: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] }, ss: { SS: ['a', 'b'] }, gone: { S: 'x' } })
  const update = (ReturnValues, more = '') => send('UpdateItem', {
    TableName, Key, ReturnValues,
    UpdateExpression: `SET #l[0] = :x, made = if_not_exists(made, :x), big = list_append(#l, :list), n2 = n - :one${more} REMOVE gone, #l[2] ADD n :one DELETE ss :ss`,
    ExpressionAttributeNames: { '#l': 'l' },
    ExpressionAttributeValues: { ':x': { S: 'x' }, ':one': { N: '1' }, ':list': { L: [{ BOOL: true }] }, ':ss': { SS: ['b'] } },
  })
  await validation(update('NONE', ', d.nothing = :x'), 'The document path provided in the update expression is invalid for update')
  assert.deepEqual((await update('ALL_NEW')).Attributes, {
    ...Key, n: { N: '2' }, n2: { N: '0' }, made: { S: 'x' }, ss: { SS: ['a'] }, l: { L: [{ S: 'x' }, { N: '1' }] },
    big: { L: [{ N: '0' }, { N: '1' }, { N: '2' }, { BOOL: true }] },
  })
  const old = (await update('UPDATED_OLD')).Attributes
  assert.equal(old.n.N, '2')
  assert.equal(old.pk, undefined)
  assert.equal((await update('NONE')).Attributes, undefined)
  const deleted = await send('DeleteItem', { TableName, Key, ReturnValues: 'ALL_OLD' })
  assert.equal(deleted.Attributes.n.N, '4')
  assert.equal(await get(TableName, Key), undefined)
})

test('a failed condition carries the item', async () => {
  const TableName = await makeTable({ pk: 'S' })
  await put(TableName, { pk: { S: 'k' }, v: { N: '1' } })
  const failing = more => put(TableName, { pk: { S: 'k' } }, { ConditionExpression: 'attribute_not_exists(pk)', ...more })
  const failed = await rejects(failing({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }), ddb.ConditionalCheckFailedException, 'The conditional request failed')
  assert.deepEqual(failed.Item, { pk: { S: 'k' }, v: { N: '1' } })
  assert.equal(failed.$metadata.httpStatusCode, 400)
  assert.equal((await rejects(failing({}), ddb.ConditionalCheckFailedException)).Item, undefined)
})

test('Query in pages, forward, backward, filtered, on indexes', async () => {
  const TableName = await makeTable({ pk: 'S', sk: 'N', word: 'S' }, {
    LocalSecondaryIndexes: [{ IndexName: 'local', KeySchema: schema('pk', 'word'), Projection: { ProjectionType: 'KEYS_ONLY' } }],
    GlobalSecondaryIndexes: [{ IndexName: 'global', KeySchema: schema('word', 'sk'), Projection: { ProjectionType: 'ALL' } }],
  })
  await writeAll(TableName, rows(40, i => (i % 4 ? { word: { S: 'w' + (i % 4) }, m: { M: { i: { N: String(i) } } } } : {})))
  const query = (more, pageSize) => collect(ddb.paginateQuery({ client, pageSize }, { TableName, ...more }))
  const sks = all => all.items.map(item => Number(item.sk.N))

  let all = await query({ KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } }, 7)
  assert.deepEqual(sks(all), Array.from({ length: 40 }, (_, i) => i))
  assert.equal(all.pages, 6)
  all = await query({ KeyConditionExpression: 'pk = :p AND sk >= :s', ExpressionAttributeValues: { ':p': { S: 'p' }, ':s': { N: '36.5' } }, ScanIndexForward: false }, 2)
  assert.deepEqual(sks(all), [39, 38, 37])
  all = await query({
    KeyConditionExpression: 'pk = :p', FilterExpression: 'm.i IN (:a, :b) AND attribute_exists(word)', ProjectionExpression: 'sk, m.i',
    ExpressionAttributeValues: { ':p': { S: 'p' }, ':a': { N: '5' }, ':b': { N: '8' } },
  }, 10)
  assert.deepEqual(all.items, [{ sk: { N: '5' }, m: { M: { i: { N: '5' } } } }])
  all = await query({ IndexName: 'global', KeyConditionExpression: 'word = :w AND sk < :s', ExpressionAttributeValues: { ':w': { S: 'w2' }, ':s': { N: '20' } } }, 2)
  assert.deepEqual(sks(all), [2, 6, 10, 14, 18])
  all = await query({ IndexName: 'local', KeyConditionExpression: 'pk = :p AND begins_with(word, :w)', ExpressionAttributeValues: { ':p': { S: 'p' }, ':w': { S: 'w' } } }, 4)
  assert.deepEqual(all.items.map(item => item.word.S), [1, 2, 3].flatMap(n => Array(10).fill('w' + n)))
  assert.deepEqual(Object.keys(all.items[0]).sort(), ['pk', 'sk', 'word'])
  const count = await send('Query', { TableName, Select: 'COUNT', KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } })
  assert.deepEqual([count.Count, count.ScannedCount, count.Items], [40, 40, undefined])
})

test('Scan in parallel segments', async () => {
  const TableName = await makeTable({ pk: 'S' })
  await writeAll(TableName, Array.from({ length: 75 }, (_, i) => ({ pk: { S: 'k' + i } })))
  const parts = await Promise.all([0, 1, 2].map(Segment => collect(ddb.paginateScan({ client, pageSize: 8 }, { TableName, Segment, TotalSegments: 3 }))))
  const seen = parts.flatMap(part => part.items.map(item => item.pk.S))
  assert.equal(seen.length, 75)
  assert.equal(new Set(seen).size, 75)
})

test('a page of Query ends at 1 MB', async () => {
  const TableName = await makeTable({ pk: 'S', sk: 'N' })
  const filler = 'ü'.repeat(25000)
  await writeAll(TableName, rows(60, () => ({ filler: { S: filler } })))
  const all = await collect(ddb.paginateQuery({ client }, { TableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } }))
  assert.equal(all.items.length, 60)
  assert.equal(all.pages, 3)
  assert.ok(all.items.every(item => item.filler.S === filler))
})

test('BatchGetItem leaves over what is above 16 MB', async () => {
  const TableName = await makeTable({ pk: 'S' })
  const filler = 'y'.repeat(390000)
  const Keys = Array.from({ length: 50 }, (_, i) => ({ pk: { S: 'k' + i } }))
  await writeAll(TableName, Keys.map(key => ({ ...key, filler: { S: filler } })))
  const seen = new Set()
  let pending = { [TableName]: { Keys, ProjectionExpression: '#p, filler', ExpressionAttributeNames: { '#p': 'pk' } } }
  let rounds = 0
  for (; Object.keys(pending).length > 0; rounds++) {
    const { Responses, UnprocessedKeys } = await send('BatchGetItem', { RequestItems: pending })
    assert.ok(Responses[TableName].length > 0)
    for (const item of Responses[TableName]) seen.add(item.pk.S)
    pending = UnprocessedKeys
    if (pending[TableName]) assert.equal(pending[TableName].ProjectionExpression, '#p, filler')
  }
  assert.equal(seen.size, 50)
  assert.ok(rounds > 1)
})

test('transactions and their cancellation', async () => {
  const TableName = await makeTable({ pk: 'S' })
  const key = pk => ({ pk: { S: pk } })
  await put(TableName, { ...key('a'), v: { N: '1' } })
  await send('TransactWriteItems', { TransactItems: [
    { Update: { TableName, Key: key('a'), UpdateExpression: 'SET v = v + :d', ExpressionAttributeValues: { ':d': { N: '9' } } } },
    { Put: { TableName, Item: key('b'), ConditionExpression: 'attribute_not_exists(pk)' } },
    { ConditionCheck: { TableName, Key: key('c'), ConditionExpression: 'attribute_not_exists(pk)' } },
  ] })
  const { Responses } = await send('TransactGetItems', { TransactItems: ['a', 'b', 'c'].map(pk => ({ Get: { TableName, Key: key(pk) } })) })
  assert.deepEqual(Responses, [{ Item: { ...key('a'), v: { N: '10' } } }, { Item: key('b') }, {}])

  const cancelled = await rejects(send('TransactWriteItems', { TransactItems: [
    { Delete: { TableName, Key: key('b') } },
    { Put: { TableName, Item: key('a'), ConditionExpression: 'v < :v', ExpressionAttributeValues: { ':v': { N: '10' } }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
  ] }), ddb.TransactionCanceledException, 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]')
  assert.deepEqual(cancelled.CancellationReasons, [
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { ...key('a'), v: { N: '10' } } },
  ])
  assert.deepEqual(await get(TableName, key('b')), key('b'))
})

test('a transaction with a token is applied once', async () => {
  const TableName = await makeTable({ pk: 'S' })
  const ClientRequestToken = 'js-' + Date.now()
  const add = n => send('TransactWriteItems', { ClientRequestToken, TransactItems: [
    { Update: { TableName, Key: { pk: { S: 'a' } }, UpdateExpression: 'ADD v :n', ExpressionAttributeValues: { ':n': { N: n } } } }] })
  await add('5')
  await add('5')
  assert.equal((await get(TableName, { pk: { S: 'a' } })).v.N, '5')
  await rejects(add('6'), ddb.IdempotentParameterMismatchException)
})

test('errors have the SDK\'s names', async () => {
  const TableName = await makeTable({ pk: 'S', sk: 'S' })
  const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
  await rejects(send('GetItem', { TableName: 'no-such-table', Key }), ddb.ResourceNotFoundException, 'Requested resource not found')
  await validation(send('GetItem', { TableName, Key: { pk: { S: 'a' } } }), 'The provided key element does not match the schema')
  await validation(put(TableName, { pk: { S: 'a' } }), 'One or more parameter values were invalid: Missing the key sk in the item')
  await validation(put(TableName, { ...Key, sk: { S: '' } }), 'cannot contain an empty string value. Key: sk')
  await validation(put(TableName, { ...Key, x: { SS: ['a', 'a'] } }), 'One or more parameter values were invalid: Input collection [a, a] contains duplicates.')
  await validation(put(TableName, { ...Key, x: { S: 'x'.repeat(400 * 1024) } }), 'Item size has exceeded the maximum allowed size')
  await validation(send('Query', { TableName, KeyConditionExpression: 'sk = :s', ExpressionAttributeValues: { ':s': { S: 'b' } } }), 'Query condition missed key schema element: pk')
  await validation(send('UpdateItem', { TableName, Key, UpdateExpression: 'SET a = :v', ExpressionAttributeValues: { ':w': { S: '' } } }),
    'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :v')
  await validation(send('UpdateItem', { TableName, Key, UpdateExpression: 'SET sk = :v', ExpressionAttributeValues: { ':v': { S: 'c' } } }),
    'One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key')
  await validation(send('Scan', { TableName, Limit: 0 }), "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
  const error = await rejects(send('DeleteTable', { TableName: tableName('none') }), ddb.ResourceNotFoundException)
  assert.ok(error.$metadata.requestId.length >= 16)
})

test('fifty requests at once over kept connections', async () => {
  const TableName = await makeTable({ pk: 'S' })
  const many = newClient()
  const bump = () => many.send(new ddb.UpdateItemCommand({ TableName, Key: { pk: { S: 'n' } }, UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } }, ReturnValues: 'UPDATED_NEW' }))
  const values = []
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, bump))
    values.push(...answers.map(answer => Number(answer.Attributes.n.N)))
  }
  assert.deepEqual(values.sort((a, b) => a - b), Array.from({ length: 500 }, (_, i) => i + 1))
})

test('every answer had a right checksum', () => {
  assert.ok(checked.answers > 500)
})

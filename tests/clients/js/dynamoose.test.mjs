// Dynamoose, a mapper written against DynamoDB: schemas, models, populated queries, transactions, time to live.
// It creates and updates its tables by itself when a model is first used, which is part of what is tested.
import { test, after } from 'node:test'
import assert from 'node:assert/strict'
import { DynamoDB, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import dynamoose from 'dynamoose'
import { config, dropLater, tableName } from './server.mjs'

const ddb = new DynamoDB(config)
dynamoose.aws.ddb.set(ddb)
after(() => ddb.destroy())

const Song = new dynamoose.Schema({
  artist: { type: String, hashKey: true },
  title: { type: String, rangeKey: true },
  album: { type: String, index: { name: 'albums', type: 'global', rangeKey: 'year' } },
  year: { type: Number, index: { name: 'years', type: 'local' } },
  genres: { type: Set, schema: [String] },
  length: { type: Object, schema: { minutes: Number, seconds: Number } },
  credits: { type: Array, schema: [{ type: Object, schema: { name: String, role: String } }] },
  cover: Buffer,
  released: { type: Date, default: () => new Date(0) },
  rating: { type: Number, validate: value => value >= 0 && value <= 5 },
  live: Boolean,
  label: { type: [String, dynamoose.type.NULL] },
}, { timestamps: true })

// A model over a table of its own, created and waited for.
async function makeModel(schema, more = {}) {
  const name = tableName('dynamoose')
  const model = dynamoose.model(name, schema)
  const table = new dynamoose.Table(name, [model], {
    initialize: false, create: true, update: false, waitForActive: { enabled: true, check: { timeout: 20000, frequency: 50 } }, throughput: 'ON_DEMAND', ...more,
  })
  await table.initialize()
  dropLater(name)
  return model
}

const songs = (count, more = () => ({})) =>
  Array.from({ length: count }, (_, i) => ({ artist: 'Them', title: `Song ${String(i).padStart(3, '0')}`, album: i % 2 ? 'Odd' : 'Even', year: 1960 + i, rating: i % 6, ...more(i) }))

test('a table is made from the schema', async () => {
  const model = await makeModel(Song, { tags: { made: 'by dynamoose' }, expires: { ttl: 3600000, attribute: 'expires' } })
  const { Table } = await ddb.describeTable({ TableName: model.Model.name ?? model.name })
  assert.equal(Table.TableStatus, 'ACTIVE')
  assert.equal(Table.BillingModeSummary.BillingMode, 'PAY_PER_REQUEST')
  assert.deepEqual(Table.GlobalSecondaryIndexes.map(index => index.IndexName), ['albums'])
  assert.deepEqual(Table.LocalSecondaryIndexes.map(index => index.IndexName), ['years'])
  const { Tags } = await ddb.listTagsOfResource({ ResourceArn: Table.TableArn })
  assert.deepEqual(Tags, [{ Key: 'made', Value: 'by dynamoose' }])
  const { TimeToLiveDescription } = await ddb.describeTimeToLive({ TableName: Table.TableName })
  assert.equal(TimeToLiveDescription.AttributeName, 'expires')
})

test('create, get, save, delete', async () => {
  const model = await makeModel(Song)
  const made = await model.create({
    artist: 'Them', title: 'One', album: '', genres: new Set(['rock', 'pop']), length: { minutes: 3, seconds: 14.5 }, live: false, label: null,
    credits: [{ name: 'A', role: 'voice' }, { name: 'B', role: 'drums' }], cover: Buffer.from([1, 2, 3]), year: 1970,
  }).catch(error => error)
  // An empty string is no value for an index's key: the service refuses it, and so must the server.
  assert.match(String(made.name), /ValidationException/)
  await model.create({
    artist: 'Them', title: 'One', album: 'First', genres: new Set(['rock', 'pop']), length: { minutes: 3, seconds: 14.5 }, live: false, label: null,
    credits: [{ name: 'A', role: 'voice' }, { name: 'B', role: 'drums' }], cover: Buffer.from([1, 2, 3]), year: 1970,
  })
  const song = await model.get({ artist: 'Them', title: 'One' }, { consistent: true })
  assert.deepEqual([...song.genres].sort(), ['pop', 'rock'])
  assert.deepEqual({ ...song.length }, { minutes: 3, seconds: 14.5 })
  assert.deepEqual(song.credits.map(credit => credit.role), ['voice', 'drums'])
  assert.deepEqual([...song.cover], [1, 2, 3])
  assert.equal(song.live, false)
  assert.equal(song.label, null)
  assert.deepEqual(song.released, new Date(0))
  assert.ok(Math.abs(song.createdAt - Date.now()) < 3600e3)
  song.rating = 4
  await song.save()
  assert.equal((await model.get({ artist: 'Them', title: 'One' })).rating, 4)
  await assert.rejects(model.create({ artist: 'Them', title: 'One' }), { name: 'ConditionalCheckFailedException' })
  await song.delete()
  assert.equal(await model.get({ artist: 'Them', title: 'One' }), undefined)
})

test('update with operators and conditions', async () => {
  const model = await makeModel(Song)
  const key = { artist: 'Them', title: 'One' }
  await model.create({ ...key, rating: 1, year: 1970, credits: [{ name: 'A', role: 'voice' }], genres: new Set(['rock']) })
  const updated = await model.update(key, { $ADD: { rating: 2, genres: new Set(['folk']) }, $SET: { album: 'Second', credits: [{ name: 'B', role: 'bass' }] }, $REMOVE: ['year'] })
  assert.equal(updated.rating, 3)
  assert.equal(updated.album, 'Second')
  assert.equal(updated.year, undefined)
  assert.deepEqual([...updated.genres].sort(), ['folk', 'rock'])
  const condition = new dynamoose.Condition().where('rating').gt(3)
  await assert.rejects(model.update(key, { rating: 5 }, { condition }), { name: 'ConditionalCheckFailedException' })
  const loose = new dynamoose.Condition().where('rating').eq(3).and().parenthesis(new dynamoose.Condition().where('album').beginsWith('Sec').or().attribute('live').exists())
  assert.equal((await model.update(key, { rating: 5 }, { condition: loose })).rating, 5)
})

test('query: ranges, filters, indexes, pages', async () => {
  const model = await makeModel(Song)
  await model.batchPut(songs(20))
  await model.batchPut(songs(20).map(song => ({ ...song, artist: 'Others' })))
  const titles = found => found.map(song => Number(song.title.slice(5)))
  assert.deepEqual(titles(await model.query('artist').eq('Them').where('title').between('Song 003', 'Song 006').exec()), [3, 4, 5, 6])
  assert.deepEqual(titles(await model.query('artist').eq('Them').sort('descending').limit(3).exec()), [19, 18, 17])
  const filtered = await model.query('artist').eq('Them').filter('rating').in([0, 5]).and().where('year').lt(1970).exec()
  assert.deepEqual(titles(filtered), [0, 5, 6])
  const albums = await model.query('album').eq('Odd').where('year').ge(1975).using('albums').all().exec()
  assert.deepEqual(titles(albums).sort((a, b) => a - b), [15, 15, 17, 17, 19, 19])
  assert.deepEqual(titles(await model.query('artist').eq('Them').where('year').gt(1976).using('years').exec()), [17, 18, 19])
  assert.equal((await model.query('artist').eq('Them').count().exec()).count, 20)
  const seen = []
  let last
  do {
    const query = model.query('artist').eq('Them').limit(6)
    const page = await (last ? query.startAt(last) : query).exec()
    seen.push(...titles(page))
    last = page.lastKey
  } while (last)
  assert.deepEqual(seen, Array.from({ length: 20 }, (_, i) => i))
  assert.deepEqual(Object.keys((await model.query('artist').eq('Them').attributes(['title']).limit(1).exec())[0].toJSON()).sort(), ['title'])
})

test('scan: filters, segments, all pages', async () => {
  const model = await makeModel(Song)
  for (let i = 0; i < 50; i += 25) await model.batchPut(songs(50).slice(i, i + 25))
  assert.equal((await model.scan().where('album').eq('Even').and().where('rating').not().eq(0).exec()).length, 16)
  assert.equal((await model.scan('title').contains('04').exec()).length, 11)
  assert.equal((await model.scan().limit(7).all(0).exec()).length, 50)
  assert.equal((await model.scan().parallel(4).all().exec()).length, 50)
})

test('batches', async () => {
  const model = await makeModel(Song)
  const { unprocessedItems } = await model.batchPut(songs(25))
  assert.deepEqual(unprocessedItems, [])
  const keys = songs(25).map(({ artist, title }) => ({ artist, title }))
  assert.equal((await model.batchGet([...keys, { artist: 'No', title: 'body' }])).length, 25)
  assert.deepEqual((await model.batchDelete(keys.slice(5))).unprocessedItems, [])
  assert.equal((await model.scan().all().exec()).length, 5)
})

test('transactions', async () => {
  const account = await makeModel(new dynamoose.Schema({ id: String, balance: Number }))
  await dynamoose.transaction([account.transaction.create({ id: 'from', balance: 70 }), account.transaction.create({ id: 'to', balance: 0 })])
  const transfer = amount => dynamoose.transaction([
    account.transaction.update({ id: 'from' }, { $ADD: { balance: -amount } }, { condition: new dynamoose.Condition('balance').ge(amount) }),
    account.transaction.update({ id: 'to' }, { $ADD: { balance: amount } }),
  ])
  await transfer(50)
  await assert.rejects(transfer(50), { name: 'TransactionCanceledException' })
  const [from, to] = await dynamoose.transaction([account.transaction.get('from'), account.transaction.get('to')])
  assert.deepEqual([from.balance, to.balance], [20, 50])
  await dynamoose.transaction([
    account.transaction.condition({ id: 'to' }, new dynamoose.Condition('balance').eq(50)), account.transaction.delete('from')])
  assert.equal(await account.get('from'), undefined)
})

test('a table is brought up to a changed schema', async () => {
  const name = tableName('dynamoose')
  dropLater(name)
  const options = { initialize: false, waitForActive: { enabled: true, check: { timeout: 20000, frequency: 50 } }, throughput: 'ON_DEMAND' }
  const before = dynamoose.model(name, new dynamoose.Schema({ id: String, kind: String }))
  await new dynamoose.Table(name, [before], { ...options, create: true }).initialize()
  await before.create({ id: 'a', kind: 'k' })
  const later = dynamoose.model(name, new dynamoose.Schema({ id: String, kind: { type: String, index: { name: 'kinds', type: 'global' } } }))
  await new dynamoose.Table(name, [later], { ...options, create: false, update: ['indexes'] }).initialize()
  await waitUntilTableExists({ client: ddb, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName: name })
  assert.deepEqual((await later.query('kind').eq('k').using('kinds').exec()).map(item => item.id), ['a'])
})

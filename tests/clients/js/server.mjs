// What every test file here shares: a client of the server under test, its checksum check, tables that clean up.
//
// CYNAMO_TEST_ENDPOINT says where the server is. The SDK for JavaScript does not verify x-amz-crc32 by itself (other
// SDKs do), so a middleware does it here for every answer of every test.
import { Readable } from 'node:stream'
import { after } from 'node:test'
import assert from 'node:assert/strict'
import {
  DynamoDBClient, CreateTableCommand, DeleteTableCommand, waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'

export const endpoint = process.env.CYNAMO_TEST_ENDPOINT
assert.ok(endpoint, 'CYNAMO_TEST_ENDPOINT is not set')

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1
  return n
})

export function crc32(bytes) {
  let sum = 0xffffffff
  for (const byte of bytes) sum = crcTable[(sum ^ byte) & 255] ^ (sum >>> 8)
  return (sum ^ 0xffffffff) >>> 0
}

export const checked = { answers: 0 }

const verifyChecksum = next => async args => {
  const result = await next(args)
  const chunks = []
  for await (const chunk of result.response.body) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const header = result.response.headers['x-amz-crc32']
  if (header === undefined || Number(header) !== crc32(body)) {
    throw new Error(`x-amz-crc32 is ${header}, the body's checksum ${crc32(body)}`)
  }
  checked.answers++
  result.response.body = Readable.from([body])
  return result
}

export const config = {
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' },
  endpointDiscoveryEnabled: false,
  maxAttempts: 1,
  requestHandler: { httpAgent: { keepAlive: true, maxSockets: 50 }, requestTimeout: 60000 },
}

// What is made during the tests is undone once, when all tests of a file are over: tables first, then clients.
const made = { tables: [], clients: [] }

export const client = newClient()

after(async () => {
  await Promise.all(made.tables.map(TableName => client.send(new DeleteTableCommand({ TableName })).catch(() => {})))
  for (const each of made.clients) each.destroy()
})

export const dropLater = name => made.tables.push(name)

export function newClient(more = {}) {
  const fresh = new DynamoDBClient({ ...config, ...more })
  fresh.middlewareStack.addRelativeTo(verifyChecksum, {
    relation: 'after', toMiddleware: 'deserializerMiddleware', name: 'verifyChecksum',
  })
  made.clients.push(fresh)
  return fresh
}

const run = Date.now()
let serial = 0

export const tableName = (base = 'table') => `js-${base}-${run}-${process.pid}-${++serial}`

const definitions = kinds => Object.entries(kinds).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }))

export const schema = (...names) =>
  names.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' }))

// Creates a table with the key attributes given (name: type, partition key first) and waits for it.
export async function makeTable(kinds, more = {}) {
  const TableName = more.TableName ?? tableName()
  const keys = more.KeySchema ?? schema(...Object.keys(kinds).slice(0, 2))
  await client.send(new CreateTableCommand({
    BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: definitions(kinds), KeySchema: keys, ...more, TableName,
  }))
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName })
  dropLater(TableName)
  return TableName
}

// Passes if the promise is rejected with the SDK's class (or a name, where the SDK has none) and a message that holds the text.
export async function rejects(promise, kind, text = '') {
  let error
  await assert.rejects(promise, caught => { error = caught; return true })
  if (typeof kind === 'string') assert.equal(error.name, kind, error.message)
  else assert.ok(error instanceof kind, `${error.name}: ${error.message}`)
  assert.ok(error.message.includes(text), `message ${JSON.stringify(error.message)} lacks ${JSON.stringify(text)}`)
  return error
}

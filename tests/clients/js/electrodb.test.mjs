// ElectroDB, a mapper of many entities into one table: composite keys, collections, filters, batches, transactions.
import { test, before } from 'node:test'
import assert from 'node:assert/strict'
import { Entity, Service, createWriteTransaction } from 'electrodb'
import { client, makeTable, schema, tableName } from './server.mjs'

const table = tableName('electrodb')

before(() => makeTable({ pk: 'S', sk: 'S', gsi1pk: 'S', gsi1sk: 'S', gsi2pk: 'S', gsi2sk: 'S' }, {
  TableName: table,
  GlobalSecondaryIndexes: ['gsi1', 'gsi2'].map(name => ({
    IndexName: `${name}pk-${name}sk-index`, KeySchema: schema(name + 'pk', name + 'sk'), Projection: { ProjectionType: 'ALL' } })),
}))

const options = { client, table }

const index = (name, pk, sk, collection) => ({
  ...(name && { index: `${name}pk-${name}sk-index` }), ...(collection && { collection }),
  pk: { field: name ? name + 'pk' : 'pk', composite: pk }, sk: { field: name ? name + 'sk' : 'sk', composite: sk },
})

const Employee = new Entity({
  model: { entity: 'employee', version: '1', service: 'office' },
  attributes: {
    employee: { type: 'string', required: true },
    team: { type: ['red', 'green', 'blue'], required: true },
    office: { type: 'string', required: true },
    title: { type: 'string', default: 'clerk' },
    salary: { type: 'number', required: true },
    grade: { type: 'number', default: 0, padding: { length: 5, char: '0' } },
    skills: { type: 'set', items: 'string' },
    history: { type: 'list', items: { type: 'map', properties: { at: { type: 'number' }, what: { type: 'string' } } } },
    address: { type: 'map', properties: { street: { type: 'string' }, floor: { type: 'number' } } },
    remote: { type: 'boolean' },
    notes: { type: 'any' },
    createdAt: { type: 'number', readOnly: true, default: () => 1000 },
    version: { type: 'number', watch: '*', set: (_, { salary }) => salary },
  },
  indexes: {
    employee: index('', ['employee'], []),
    office: index('gsi1', ['office'], ['team', 'title', 'employee'], 'workplaces'),
    team: index('gsi2', ['team'], ['grade', 'employee'], 'assignments'),
  },
}, options)

const Task = new Entity({
  model: { entity: 'task', version: '1', service: 'office' },
  attributes: {
    task: { type: 'string', required: true }, project: { type: 'string', required: true }, employee: { type: 'string', required: true },
    office: { type: 'string', required: true }, points: { type: 'number', default: 1 }, done: { type: 'boolean', default: false },
  },
  indexes: {
    task: index('', ['task'], ['project', 'employee']),
    office: index('gsi1', ['office'], ['project', 'task'], 'workplaces'),
    assigned: index('gsi2', ['employee'], ['project', 'task']),
  },
}, options)

const Office = new Service({ employees: Employee, tasks: Task }, options)

const worker = (employee, more = {}) => ({ employee, team: 'red', office: 'Lisbon', salary: 100, ...more })

test('create, get, upsert, remove', async () => {
  const skills = ['c', 'sql']
  await Employee.create(worker('ada', { skills, history: [{ at: 1, what: 'hired' }], address: { street: '', floor: 3 }, remote: false, notes: { free: [1, null, 'x'] } })).go()
  const { data } = await Employee.get({ employee: 'ada' }).go({ consistent: true })
  assert.deepEqual({ ...data, skills: [...data.skills].sort() }, {
    ...worker('ada'), title: 'clerk', skills, history: [{ at: 1, what: 'hired' }], address: { street: '', floor: 3 }, remote: false, grade: 0,
    notes: { free: [1, null, 'x'] }, createdAt: 1000, version: 100 })
  await assert.rejects(Employee.create(worker('ada')).go(), /The conditional request failed/)
  await Employee.upsert({ ...worker('ada'), title: 'chief' }).go()
  assert.equal((await Employee.get({ employee: 'ada' }).go()).data.title, 'chief')
  const removed = await Employee.remove({ employee: 'ada' }).go({ response: 'all_old' })
  assert.equal(removed.data.title, 'chief')
  assert.equal((await Employee.get({ employee: 'ada' }).go()).data, null)
  await assert.rejects(Employee.remove({ employee: 'ada' }).where(({ title }, { exists }) => exists(title)).go(), /The conditional request failed/)
})

test('patch and update with every operator', async () => {
  await Employee.create(worker('bob', { skills: ['c'], history: [{ at: 1, what: 'hired' }, { at: 2, what: 'moved' }], address: { street: 'A', floor: 1 } })).go()
  const { data } = await Employee.patch({ employee: 'bob' })
    .add({ salary: 50, skills: ['go', 'c'] }).append({ history: [{ at: 3, what: 'raised' }] }).remove(['notes'])
    .data(({ address, remote }, { add, ifNotExists }) => {
      add(address.floor, 2)
      ifNotExists(remote, true)
    })
    .where(({ salary, skills }, { eq, contains }) => `${eq(salary, 100)} AND ${contains(skills, 'c')}`)
    .go({ response: 'all_new' })
  assert.equal(data.salary, 150)
  assert.deepEqual([...data.skills].sort(), ['c', 'go'])
  assert.deepEqual(data.history.map(({ at }) => at), [1, 2, 3])
  assert.deepEqual(data.address, { street: 'A', floor: 3 })
  assert.equal(data.remote, true)
  await Employee.update({ employee: 'bob' }).delete({ skills: ['c'] }).subtract({ salary: 30 }).data(({ history }, { remove }) => remove(history[1])).go()
  const later = (await Employee.get({ employee: 'bob' }).go()).data
  assert.deepEqual([...later.skills], ['go'])
  assert.equal(later.salary, 120)
  assert.deepEqual(later.history.map(({ at }) => at), [1, 3])
  await assert.rejects(Employee.patch({ employee: 'nobody' }).set({ salary: 1 }).go(), /The conditional request failed/)
})

test('queries by composed keys, with filters and cursors', async () => {
  const people = Array.from({ length: 30 }, (_, i) => worker('q' + String(i).padStart(2, '0'), { office: 'Porto', team: ['red', 'green', 'blue'][i % 3], title: i % 2 ? 'engineer' : 'clerk', salary: 100 + i, grade: i }))
  const { unprocessed } = await Employee.put(people).go({ concurrent: 2 })
  assert.deepEqual(unprocessed, [])
  assert.equal((await Employee.query.office({ office: 'Porto' }).go()).data.length, 30)
  const green = await Employee.query.office({ office: 'Porto', team: 'green', title: 'engineer' }).go()
  assert.deepEqual(green.data.map(({ employee }) => employee), ['q01', 'q07', 'q13', 'q19', 'q25'])
  const begins = await Employee.query.office({ office: 'Porto', team: 'red' }).begins({ title: 'eng' }).go()
  assert.equal(begins.data.length, 5)
  const between = await Employee.query.team({ team: 'blue' }).between({ grade: 8 }, { grade: 15 }).go({ order: 'desc' })
  assert.deepEqual(between.data.map(({ grade }) => grade), [14, 11, 8])
  const rich = await Employee.query.office({ office: 'Porto' }).where(({ salary, title }, { gte, name, value }) => `${gte(salary, 120)} AND begins_with(${name(title)}, ${value(title, 'cl')})`).go({ attributes: ['employee'] })
  assert.deepEqual(rich.data.map(({ employee }) => employee).sort(), ['q20', 'q22', 'q24', 'q26', 'q28'])
  const seen = []
  let cursor = null
  do {
    const page = await Employee.query.office({ office: 'Porto' }).go({ cursor, limit: 7 })
    seen.push(...page.data.map(({ employee }) => employee))
    cursor = page.cursor
  } while (cursor)
  assert.deepEqual(seen.sort(), people.map(({ employee }) => employee))
  const scanned = await Employee.scan.where(({ office }, { eq }) => eq(office, 'Porto')).go({ pages: 'all' })
  assert.equal(scanned.data.length, 30)
})

test('a collection of two entities', async () => {
  await Employee.put([worker('eve', { office: 'Faro' }), worker('eli', { office: 'Faro' })]).go()
  await Task.put(['t1', 't2', 't3'].map(task => ({ task, project: 'roof', employee: 'eve', office: 'Faro' }))).go()
  const { data } = await Office.collections.workplaces({ office: 'Faro' }).go()
  assert.deepEqual(data.employees.map(({ employee }) => employee).sort(), ['eli', 'eve'])
  assert.deepEqual(data.tasks.map(({ task }) => task), ['t1', 't2', 't3'])
  const assigned = await Task.query.assigned({ employee: 'eve', project: 'roof' }).gte({ task: 't2' }).go()
  assert.equal(assigned.data.length, 2)
})

test('batch get and delete', async () => {
  const people = Array.from({ length: 40 }, (_, i) => worker('batch' + i, { office: 'Batch' }))
  await Employee.put(people).go()
  const keys = people.map(({ employee }) => ({ employee }))
  const found = await Employee.get([...keys, { employee: 'not there' }]).go({ preserveBatchOrder: true })
  assert.equal(found.data.length, 41)
  assert.equal(found.data[40], null)
  assert.deepEqual(found.data.slice(0, 40).map(({ employee }) => employee), keys.map(({ employee }) => employee))
  await Employee.delete(keys).go()
  assert.equal((await Employee.query.office({ office: 'Batch' }).go()).data.length, 0)
})

test('transactions', async () => {
  await Employee.put(worker('tom', { salary: 10 })).go()
  const write = floor => createWriteTransaction({ employees: Employee, tasks: Task }, ({ employees, tasks }) => [
    employees.patch({ employee: 'tom' }).subtract({ salary: 6 }).where(({ salary }, { gte }) => gte(salary, floor)).commit({ response: 'all_old' }),
    tasks.create({ task: 'pay' + floor, project: 'money', employee: 'tom', office: 'Lisbon' }).commit(),
  ]).go()
  assert.equal((await write(10)).canceled, false)
  const refused = await write(5)
  assert.equal(refused.canceled, true)
  assert.deepEqual(refused.data.map(({ rejected, code }) => [rejected, code]), [[true, 'ConditionalCheckFailed'], [false, 'None']])
  assert.equal(refused.data[0].item.salary, 4)
  const read = await Office.transaction.get(({ employees, tasks }) => [
    employees.get({ employee: 'tom' }).commit(), tasks.get({ task: 'pay10', project: 'money', employee: 'tom' }).commit(),
    tasks.get({ task: 'pay5', project: 'money', employee: 'tom' }).commit(),
  ]).go()
  assert.deepEqual([read.data[0].item.salary, read.data[1].item.done, read.data[2].item], [4, false, null])
})

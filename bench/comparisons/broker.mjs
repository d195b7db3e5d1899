/**
 * The message path of Bitrix24's official template for robots, over a real RabbitMQ.
 *
 * Source: github.com/bitrix24/app-template-automation-rules at 052674d ("template" below) and its
 * library github.com/bitrix24/b24rabbitmq at v0.0.4, 2aa9954 ("library"), which is amqplib below.
 *
 * `node broker.mjs publish|consume|count`; publish reads one message a line.
 */
import amqp from 'amqplib'
import readline from 'node:readline'

// template: consumers/activities/nodejs-pdf-from-html/app.config.ts 32-105, app/consumer.ts 18
const MAX_RETRIES = 5
const DELAY = 6000
const SERVICE = 'activities.service.v1'
const QUEUES = { main: 'activity.Link.v1', delayed: `activity.Link.delayed.${DELAY}.v1`, failed: 'activities.failed.v1' }

async function open() {
  const connection = await amqp.connect(process.env.RABBITMQ_URL)
  const channel = await connection.createChannel() // library: src/producer.ts 18, without confirms
  await channel.prefetch(1)
  await channel.assertExchange('activities.v1', 'direct', { durable: true })
  await channel.assertExchange(SERVICE, 'direct', { durable: true })
  return { connection, channel }
}

async function openWithQueues() {
  const { connection, channel } = await open()
  const queue = async (name, args, ...bindings) => {
    // library: src/base.ts 53-83; the queue's own arguments replace those before
    await channel.assertQueue(name, { maxPriority: 10, durable: true, ...(args && { arguments: args }) })
    for (const [exchange, key] of bindings) await channel.bindQueue(name, exchange, key)
  }
  const dead = (key) => ({ 'x-dead-letter-exchange': SERVICE, 'x-dead-letter-routing-key': key })
  await queue(QUEUES.main, dead('failed'), ['activities.v1', 'activity.Link'], [SERVICE, 'activity.service.Link'])
  await queue(QUEUES.delayed, { 'x-message-ttl': DELAY, ...dead('activity.service.Link') }, [SERVICE, 'delay'])
  await queue(QUEUES.failed, undefined, [SERVICE, 'failed'])
  return { connection, channel }
}

async function publish(exchange, key, message) {
  // template: frontend/server/api/activities/[code].post.ts 140-167, a connection for each call
  const { connection, channel } = await open()
  // library: src/producer.ts 46-54, `priority` and nothing else: the message is not persistent
  const control = process.env.PERSISTENT ? { persistent: true } : {}
  channel.publish(exchange, key, Buffer.from(JSON.stringify(message)), { priority: 5, ...control })
  await channel.close()
  await connection.close()
}

async function call(message, method, fields) {
  const body = new URLSearchParams({ auth: message.token, ...fields })
  const answer = await (await fetch(`${message.url}/rest/${method}`, { method: 'POST', body })).json()
  if (answer.error) throw new Error(answer.error)
  return answer.result
}

async function work(message) {
  const fields = { id: message.document, status: 1 }
  const link = await call(message, 'crm.documentgenerator.document.enablepublicurl', fields)
  const told = { event_token: message.event, 'return_values[public_url]': link.publicUrl }
  await call(message, 'bizproc.event.send', told)
}

async function handle(message) {
  // template: app/consumer.ts 34-88; nothing consumes the queue of the failed ones
  try {
    await work(message)
  } catch (error) {
    const retryCount = (message.retryCount || 0) + 1
    const key = retryCount < MAX_RETRIES ? 'delay' : 'failed'
    await publish(SERVICE, key, { ...message, retryCount, error: error.message })
  }
}

const { connection, channel } = await openWithQueues()
if (process.argv[2] === 'publish') {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    await publish('activities.v1', 'activity.Link', JSON.parse(line))
  }
} else if (process.argv[2] === 'consume') {
  await channel.consume(QUEUES.main, async (raw) => {
    await handle(JSON.parse(raw.content.toString()))
    channel.ack(raw)
  })
  await new Promise(() => {})
} else {
  for (const name of Object.values(QUEUES)) console.log((await channel.checkQueue(name)).messageCount)
}
await connection.close()

/**
 * Node Express with @bitrix24/b24jssdk: the robot's handler as Bitrix24's tutorials write it.
 *
 * Source: tutorials/bizproc/activity.md (`makeClient(req.body.auth)`, `callMethod`), with all fields
 * of `B24OAuth` as sdk/b24jssdk/index.md lists them. The tutorial makes a client for each request.
 */
import { B24OAuth } from '@bitrix24/b24jssdk'
import express from 'express'

const APP = { clientId: process.env.CLIENT_ID, clientSecret: process.env.CLIENT_SECRET }
// Where the portal has no limits the SDK is told so, as Linkrobot is.
const NO_LIMITS = {
  restrictionParams: { rateLimit: { burstLimit: 100000, drainRate: 100000, adaptiveEnabled: false } },
}

function makeClient(auth) {
  const $b24 = new B24OAuth({
    applicationToken: auth.application_token,
    userId: Number(auth.user_id),
    memberId: auth.member_id,
    accessToken: auth.access_token,
    refreshToken: auth.refresh_token,
    expires: Number(auth.expires),
    expiresIn: Number(auth.expires_in),
    scope: auth.scope,
    domain: auth.domain,
    clientEndpoint: auth.client_endpoint,
    serverEndpoint: auth.server_endpoint,
    status: auth.status,
  }, APP, process.env.NO_LIMITS ? NO_LIMITS : undefined)
  $b24.offClientSideWarning()
  return $b24
}

async function callMethod($b24, method, params) {
  const response = await $b24.actions.v2.call.make({ method, params, requestId: method })
  if (!response.isSuccess) {
    throw new Error(response.getErrorMessages().join('; '))
  }
  return response.getData().result
}

const app = express()
app.use(express.urlencoded({ extended: true }))
app.get('/ready', (req, res) => res.send('ok'))
app.post('/robot', async (req, res) => {
  const $b24 = makeClient(req.body.auth)
  const link = await callMethod($b24, 'crm.documentgenerator.document.enablepublicurl', {
    id: Number(req.body.properties.document_id),
    status: 1,
  })
  await callMethod($b24, 'bizproc.event.send', {
    event_token: req.body.event_token,
    return_values: { public_url: link.publicUrl },
  })
  res.send('ok')
})
app.listen(Number(process.env.PORT), '127.0.0.1')

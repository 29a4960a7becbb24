import type { BookObject } from '../../apps/sandbox/books/book-object.js';
import type { PlannedDelivery } from '../../apps/sandbox/plan/delivery.js';
import { latest, type ToldObject } from '../../apps/sandbox/plan/payloads/told-object.js';

/** In every personal text of a storm, and in every personal number of it. */
const WORD = 'kanarienvogel';
const DIGITS = '9870123456';

/** What must be nowhere but in sealed bytes. */
export const CANARIES = [WORD, DIGITS] as const;

const NAME = `${WORD} lopez`;
const EMAIL = `${WORD}@example.com`;
const PHONE = `+57${DIGITS}`;
const DOCUMENT = `1${DIGITS}`;
const ACCOUNT_NUMBER = `0${DIGITS}18`;
const CARD = `400000${DIGITS}`;
const TEXT = `for ${WORD} of ${EMAIL}, ${PHONE}`;

const PERSON = { name: NAME, email: EMAIL, phone: PHONE, documentNumber: DOCUMENT } as const;
const PERSON_OF_TWO_NAMES = { first_name: WORD, last_name: NAME, email: EMAIL } as const;

/** The personal members of a webhook, by path, where its provider has them. */
export function personalMembers(told: ToldObject): Readonly<Record<string, unknown>> {
  const { object } = told;
  switch (object.provider) {
    case 'cobru':
      return cobruMembers(object);
    case 'conomy':
      return conomyMembers(object);
    case 'mintcash':
      return {
        'data.customer': PERSON,
        'data.billingAddress': { country: 'CO', name: NAME, line1: TEXT, city: WORD },
        'data.card': { brand: 'visa', first6: '400000', last4: '3456', mask: CARD },
        'data.cardToken': `tok_${WORD}`,
        'data.description': TEXT,
        'data.failureMessage': TEXT,
      };
    case 'tonder':
      return tonderMembers(told);
  }
}

/** As it would reach the edge by way of a browser or of somebody's own query. */
export function withPersonalAddress(delivery: PlannedDelivery): PlannedDelivery {
  return {
    ...delivery,
    headers: { ...delivery.headers, cookie: `session=${WORD}`, 'x-customer': EMAIL },
    query: { ...delivery.query, payer: EMAIL },
  };
}

/** A body that nobody can read has people in it, too. Its sender has not signed it. */
export function withPersonalGarbage(delivery: PlannedDelivery): PlannedDelivery {
  if (delivery.hostility !== 'not-json') return delivery;
  return { ...delivery, body: Buffer.from(`<html>${TEXT} ${delivery.id}</html>`) };
}

function cobruMembers({ kind }: BookObject): Readonly<Record<string, unknown>> {
  if (kind === 'bank-withdrawal') {
    return {
      account_holder_name: NAME,
      account_holder_document: DOCUMENT,
      account_phone: PHONE,
      account_email: EMAIL,
      account_number: ACCOUNT_NUMBER,
      description: TEXT,
    };
  }
  if (kind === 'cash-withdrawal') return { name: NAME, document: DOCUMENT };
  return {
    payer_name: NAME,
    payer_email: EMAIL,
    payer_id: DOCUMENT,
    payer_phone: PHONE,
    description: TEXT,
  };
}

function conomyMembers({ kind, form }: BookObject): Readonly<Record<string, unknown>> {
  if (form === 'a') {
    return { 'data.transaction.customer': PERSON, 'data.transaction.description': TEXT };
  }
  if (kind === 'customer') {
    return {
      'customer.firstName': WORD,
      'customer.lastName': NAME,
      'customer.email': EMAIL,
      'customer.documentNumber': DOCUMENT,
    };
  }
  return {
    'identity.email': EMAIL,
    'identity.name': NAME,
    'transaction.customer': PERSON,
    'transaction.description': TEXT,
    'transaction.origins': [{ accountNumber: ACCOUNT_NUMBER, holder: NAME }],
  };
}

function tonderMembers(told: ToldObject): Readonly<Record<string, unknown>> {
  switch (told.object.form) {
    case 'probe':
      return {};
    case 'legacy':
      return { 'response.payer': PERSON, 'response.card': CARD };
    case 'withdrawals':
      return latest(told).event === 'withdrawal.status_changed'
        ? { account_data: { cuenta_beneficiario: ACCOUNT_NUMBER, nombre_beneficiario: NAME } }
        : {};
    case 'hosted':
    case 'hosted-event-type':
      return { 'data.customer': PERSON_OF_TWO_NAMES, 'data.card_details.holder': NAME };
    case 'nested':
    case 'nested-event':
    case 'confirmed':
      return { 'data.customer': PERSON, 'data.card_number': CARD };
    default:
      return {
        'metadata.beneficiary_name': NAME,
        'metadata.customer_email': EMAIL,
        'metadata.notes': TEXT,
      };
  }
}

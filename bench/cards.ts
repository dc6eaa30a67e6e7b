import { acceptFormCard, opportunityCard, type Rendered, text } from '../cards/index.ts';
import type { Deal } from '../src/deals/deal.ts';
import type { Reader } from '../src/notices/messenger.ts';
import { receivedDeal, sellers } from './house.ts';
import { type Findings, median, number, type Row } from './measure.ts';

const rounds = 15;
const cardsARound = 400;
const readers: readonly Reader[] = [
  { language: 'en', timeZone: 'Europe/Vienna' },
  { language: 'de', timeZone: 'Europe/Berlin' },
];

/** Milliseconds a card, once warm: many deals, both languages, so that little of it is remembered from the last one. */
export async function cards(): Promise<Findings> {
  const now = Date.now();
  const open = Array.from({ length: 997 }, (_, index) => receivedDeal(index));
  const answered = open.map((deal, index) => acceptedDeal(deal, now - index * 61_000));
  const colleagues = sellers.slice(0, 15).map(({ entraId, name }) => ({ id: entraId, name }));
  const values = {
    amount: '150000.50',
    currency: 'CHF',
    closeDate: '2099-03-31',
    notes: '',
    crmId: '',
    campaignId: '',
    phone: '+43 1 000 0001',
    colleagues: '',
  };
  return {
    rows: [
      measured('card of a received opportunity', open, (deal, reader) => opportunityCard({ deal, reader, now })),
      measured('card of an accepted deal', answered, (deal, reader) =>
        opportunityCard({ deal, reader, now, banner: { tone: 'good', text: text(reader.language, 'youAccepted') } }),
      ),
      measured('accept form', open, (deal, reader) =>
        acceptFormCard({
          deal,
          reader,
          now,
          values: { ...values, name: deal.name ?? '' },
          errors: [],
          colleagues,
          me: 'Seller 0',
        }),
      ),
    ],
    wrong: [],
  };
}

function measured(what: string, deals: readonly Deal[], render: (deal: Deal, reader: Reader) => Rendered): Row {
  let next = 0;
  function one(): Rendered {
    next += 1;
    return render(deals[next % deals.length] as Deal, readers[next % readers.length] as Reader);
  }
  for (let card = 0; card < 3 * cardsARound; card += 1) one();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    const begin = performance.now();
    for (let card = 0; card < cardsARound; card += 1) one();
    times.push((performance.now() - begin) / cardsARound);
  }
  const each = median(times);
  const size = JSON.stringify(one().card).length / 1024;
  return {
    what,
    measured: `${number(each)} ms`,
    more: `${number(size)} KB`,
    target: { name: 'takes', value: each, atMost: 0.3, unit: ' ms' },
  };
}

function acceptedDeal(deal: Deal, at: number): Deal {
  const stamp = new Date(at).toISOString();
  const by = { kind: 'person', name: 'Seller 0' } as const;
  return {
    ...deal,
    status: 'accepted',
    team: [{ name: 'Seller 0' }],
    answer: { status: 'accepted', by, at: stamp, from: 'teams' },
  };
}

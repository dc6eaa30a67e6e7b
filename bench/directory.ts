import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Customer } from '../src/directory/entry.ts';
import { importFile } from '../src/directory/import.ts';
import { type Directory, type DirectoryQuery, longestList } from '../src/directory/port.ts';
import { openDirectory } from '../src/store/open.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { type Findings, number, percentile, type Row, table } from './measure.ts';

const orgId = 'nordwind';
const typists = 3_000;
const mostLetters = 6;

/** A directory of customers on SQLite: how fast it is imported, how large it is, how long a keystroke waits. */
export async function directory(folder: string, count = 1_000_000): Promise<Findings> {
  const wrong: string[] = [];
  const file = join(folder, 'customers.csv');
  await writeCustomers(file, count);
  const database = join(folder, 'directory.db');
  const store = openSqliteStore({ file: database });
  const customers = await openDirectory(store);

  const first = await measuredImport(customers, file);
  if (first.report.added !== count) wrong.push(`directory: ${first.report.added} of ${count} customers imported`);
  const again = await measuredImport(customers, file);
  if (again.report.unchanged !== count) wrong.push(`directory: ${again.report.unchanged} of ${count} were unchanged`);
  await store.close();
  const megabytes = statSync(database).size / 1e6;

  const reopened = openSqliteStore({ file: database });
  const searched = await openDirectory(reopened);
  const everywhere = await typed(searched, count, false, wrong);
  const inCountry = await typed(searched, count, true, wrong);
  await reopened.close();
  return {
    rows: [
      {
        what: `import ${number(count)} customers from CSV`,
        measured: `${number(first.rate)} rows/s`,
        more: `${number(first.processorRate)} a second of processor time`,
        target: { name: 'rows', value: first.rate, atLeast: 20_000, unit: '/s' },
      },
      { what: '  and the same file again', measured: `${number(again.rate)} rows/s` },
      {
        what: '  memory while importing',
        measured: `${number(first.peak)} MB`,
        more: `first tenth ${number(first.early)} MB`,
      },
      {
        what: '  database',
        measured: `${number(megabytes)} MB`,
        more: `${number((megabytes * 1e6) / count)} bytes a customer`,
      },
      rowOf('a keystroke, any country', everywhere),
      rowOf('a keystroke, one country', inCountry),
    ],
    wrong,
  };
}

/** The same by itself, as a table. */
async function benchDirectory(count?: number): Promise<void> {
  mkdirSync('data', { recursive: true });
  const folder = mkdtempSync(join('data', 'bench-'));
  try {
    const { rows, wrong } = await directory(folder, count);
    console.log(table(rows));
    for (const each of wrong) console.error(each);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measuredImport(customers: Directory, file: string) {
  globalThis.gc?.();
  const bytes = statSync(file).size;
  let early = 0;
  let peak = 0;
  const before = process.cpuUsage();
  const begin = performance.now();
  const report = await importFile(customers, orgId, 'customers', file, {
    onProgress(progress) {
      const megabytes = process.memoryUsage.rss() / 1e6;
      if (progress.bytes < bytes / 10) early = Math.max(early, megabytes);
      peak = Math.max(peak, megabytes);
    },
  });
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    report,
    early,
    peak,
    rate: report.rows / seconds,
    processorRate: (report.rows * 1e6) / (user + system),
  };
}

/** Milliseconds of each keystroke, while names of customers are typed: a name from its beginning, a later word, or two words. */
async function typed(customers: Directory, count: number, withCountry: boolean, wrong: string[]): Promise<number[]> {
  const random = randomNumbers(7);
  const chosen = new Set(Array.from({ length: typists }, () => Math.floor(random() * count)));
  const times: number[] = [];
  let at = -1;
  for (const { name, address } of inventedCustomers(count)) {
    at += 1;
    if (!chosen.has(at)) continue;
    for (const text of keystrokes(name, random)) {
      const query: DirectoryQuery = { text, limit: longestList, ...(withCountry && { country: address.country }) };
      const begin = performance.now();
      const found = await customers.search(orgId, 'customers', query);
      times.push(performance.now() - begin);
      if (found.length === 0) wrong.push(`directory: nothing found for "${text}", typed for ${name}`);
    }
  }
  return times;
}

function keystrokes(name: string, random: () => number): string[] {
  const words = name.split(' ').filter((word) => /\p{L}/u.test(word));
  const word = words[Math.floor(random() * words.length)] ?? name;
  const kind = random();
  if (kind < 0.15 && words.length > 1) {
    const begun = `${name.slice(0, 3).trim()} `;
    return beginnings(word, 3).map((beginning) => begun + beginning);
  }
  return beginnings(kind < 0.75 ? name : word, mostLetters);
}

function beginnings(text: string, longest: number): string[] {
  return Array.from({ length: Math.min(longest, text.length) }, (_, length) => text.slice(0, length + 1));
}

function rowOf(what: string, times: number[]): Row {
  const p95 = percentile(times, 0.95);
  return {
    what,
    measured: `${number(percentile(times, 0.5))} ms`,
    more: `p95 ${number(p95)} ms, p99 ${number(percentile(times, 0.99))} ms, longest ${number(Math.max(...times))} ms`,
    target: { name: 'p95', value: p95, atMost: 25, unit: ' ms' },
  };
}

async function writeCustomers(file: string, count: number): Promise<void> {
  const output = createWriteStream(file);
  output.write('id,name,street,city,postal code,country,D-U-N-S\n');
  let lines = '';
  for (const { id, name, address, duns } of inventedCustomers(count)) {
    lines += `${id},"${name}",${address.addressLine1},${address.city},${address.postalCode},${address.country},${duns}\n`;
    if (lines.length < 100_000) continue;
    if (!output.write(lines)) await once(output, 'drain');
    lines = '';
  }
  output.end(lines);
  await once(output, 'finish');
}

/** The same customers in every run. */
function* inventedCustomers(count: number): Generator<Customer> {
  const random = randomNumbers(1);
  const any = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  /** The first ones are much more frequent than the last, as words are. */
  const frequent = <T>(list: readonly T[]) => list[Math.floor(random() ** 2 * list.length)] as T;
  const brand = () => any(heads) + any(tails) + (random() < 0.4 ? any(tails) : '');
  const core = (city: string) => {
    const kind = random();
    if (kind < 0.35) return `${brand()} ${frequent(trades)}`;
    if (kind < 0.6) return `${frequent(surnames)} ${frequent(trades)}`;
    if (kind < 0.7) return `${frequent(surnames)} & ${frequent(surnames)}`;
    if (kind < 0.8) return `${frequent(trades)} ${frequent(surnames)}`;
    if (kind < 0.9) return brand();
    if (kind < 0.95) return `${frequent(trades)} ${city}`;
    return `${any(surnames)}-${any(surnames)} ${frequent(trades)}`;
  };
  const shares = countries.reduce((sum, { share }) => sum + share, 0);
  for (let index = 0; index < count; index += 1) {
    let left = random() * shares;
    const { code, forms, cities } =
      countries.find(({ share }) => {
        left -= share;
        return left <= 0;
      }) ?? (countries[0] as (typeof countries)[number]);
    const city = any(cities);
    yield {
      id: `C-${1_000_000 + index}`,
      name: `${core(city)} ${any(forms)}`,
      address: {
        addressLine1: `${any(surnames)}straße ${1 + Math.floor(random() * 200)}`,
        city,
        postalCode: String(10_000 + Math.floor(random() * 89_999)),
        country: code,
      },
      duns: String(100_000_000 + ((index * 7919 + 13) % 900_000_000)),
    };
  }
}

/** From 0 up to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const list = (text: string) => text.split(' ');

const countries = [
  {
    code: 'DE',
    share: 30,
    forms: ['GmbH', 'GmbH', 'GmbH & Co. KG', 'AG', 'KG', 'e.K.', 'SE'],
    cities: list('München Köln Düsseldorf Hamburg Berlin Nürnberg Lübeck Leipzig Görlitz Freiburg Würzburg'),
  },
  {
    code: 'FR',
    share: 15,
    forms: ['SARL', 'SAS', 'SA'],
    cities: list('Lyon Besançon Orléans Paris Nîmes Marseille Lille Sète'),
  },
  {
    code: 'GB',
    share: 15,
    forms: ['Ltd', 'Ltd', 'PLC', 'LLP'],
    cities: list('London Leeds York Bristol Bath Glasgow Cardiff'),
  },
  {
    code: 'CH',
    share: 8,
    forms: ['AG', 'GmbH', 'SA', 'Sàrl'],
    cities: list('Zürich Genève Basel Bern Luzern Neuchâtel Chur'),
  },
  {
    code: 'AT',
    share: 8,
    forms: ['GmbH', 'AG', 'KG', 'OG'],
    cities: list('Wien Graz Linz Salzburg Klagenfurt Mödling'),
  },
  { code: 'NO', share: 5, forms: ['AS', 'ASA'], cities: list('Oslo Bergen Tromsø Ålesund Bodø') },
  { code: 'IE', share: 5, forms: ['Ltd', 'DAC', 'PLC'], cities: list('Dublin Cork Galway Limerick') },
  { code: 'NL', share: 5, forms: ['B.V.', 'N.V.'], cities: list('Amsterdam Utrecht Rotterdam Delft') },
  { code: 'PL', share: 4, forms: ['Sp. z o.o.', 'S.A.'], cities: list('Łódź Kraków Gdańsk Poznań Wrocław') },
  { code: 'ES', share: 4, forms: ['S.L.', 'S.A.'], cities: list('Madrid Málaga Cádiz Bilbao') },
  { code: 'IS', share: 0.3, forms: ['ehf.', 'hf.'], cities: list('Reykjavík Akureyri') },
  { code: 'LI', share: 0.2, forms: ['AG', 'Anstalt'], cities: list('Vaduz Schaan') },
];
const surnames = list(
  'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder ' +
    'Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Herrmann König Walter Mayer Huber ' +
    'Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz ' +
    'Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Brandt ' +
    'Haas Graf Dietrich Ziegler Kuhn Pohl Engel Horn Busch Bergmann Voigt Sauer Arnold Pfeiffer Smith Jones Taylor Brown Williams ' +
    'Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Murphy Kelly ' +
    'Byrne Ryan Walsh Doyle Kennedy Lynch Murray Quinn Nolan Dubois Durand Leroy Moreau Lefèvre Girard Bonnet François Mercier ' +
    'Dupuis Fontaine Chevalier Gautier Perrin Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen ' +
    'Bakke Haugen Østby Ødegård Åsen Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński García Fernández González Rodríguez ' +
    'López Martínez Sánchez Pérez Gómez Yılmaz Janssen Bakker Visser Smit Mulder Dekker',
);
const trades = list(
  'Logistik Bau Consulting Services Solutions Energie Energy Foods Textil Maschinenbau Elektrotechnik Metallbau Autohaus Immobilien ' +
    'Verlag Druckerei Pharma Medical Dental Software Systems Technologies Technik Engineering Design Marketing Media Holding Group ' +
    'Gruppe International Trading Handels Spedition Transport Reisen Hotel Gastro Catering Bäckerei Brauerei Weingut Agrar Forst ' +
    'Garten Möbel Küchen Fenster Dach Heizung Sanitär Umwelt Recycling Chemie Kunststoff Glas Keramik Papier Verpackung Werkzeug ' +
    'Stahl Alu Guss Optik Sensorik Robotik Security Finanz Versicherung Treuhand Capital Invest Partners Association Foundation ' +
    'Stiftung Klinik Pflege Labor Analytics Data Cloud Networks Telecom Mobil Bahn Schiff Werft Aviation Space Sports Fashion ' +
    'Schmuck Uhren Kosmetik Musik Film Games Bildung Akademie Institut Transports Bâtiment Électricité Boulangerie Conseil Travaux',
);
const heads = list(
  'Alpen Nord Süd Ost West Rhein Main Elb Donau Isar See Berg Wald Feld Stern Sonnen Blau Grün Rot Silber Gold Kron Adler Falken ' +
    'Bären Löwen Fabri Con Adven Tail Wing Litwa North South Lakes Pro Ver Nova Neo Omni Inter Trans Euro Uni Multi Micro Macro ' +
    'Helio Aero Aqua Terra Ferro Electro Opti Medi Vita Bio Geo Info Digi Cyber Quant Zeta Delta Alpha Sigma Lumi Astra Vega Orion ' +
    'Luna Xeno Yara Zephyr Quarz Iber Jura Kali Hansa',
);
const tails = list(
  'toso kam ture spin tip ware wind milch werk tech tek haus land tal hof bach brunn stadt burg heim feld kraft sys net soft data ' +
    'log form line point tron dyne matic flex plan cast port dex via mar sol lux nex gen ium ora ita ino ella etti ano esco ion',
);

if (process.argv[1] === import.meta.filename) await benchDirectory(Number(process.argv[2] ?? 1_000_000));

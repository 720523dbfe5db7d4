// Prefix codes of DEFLATE (RFC 1951): how long each symbol's code is, and which bits it has.

/** How many bits the codes of symbols get that occur so often, none of them more than `most`; 0 where none occurs. */
export function lengthsOf(counts: Uint32Array, most: number): Uint8Array {
  const lengths = new Uint8Array(counts.length);
  const symbols = Array.from(counts.keys()).filter((symbol) => counts[symbol]);
  if (symbols.length === 1) lengths[symbols[0] as number] = 1;
  if (symbols.length < 2) return lengths;
  const coins = symbols
    .sort((one, other) => (counts[one] ?? 0) - (counts[other] ?? 0))
    .map((symbol): Coin => ({ weight: counts[symbol] ?? 0, symbol, parts: null }));
  // Package-merge: in each round the coins of one more bit, in pairs, are set beside those of the next.
  let packages: Coin[] = [];
  for (let bit = 0; bit < most; bit++) packages = merged(coins, paired(packages));
  for (const coin of packages.slice(0, 2 * coins.length - 2)) spend(coin, lengths);
  return lengths;
}

interface Coin {
  readonly weight: number;
  readonly symbol: number;
  readonly parts: readonly [Coin, Coin] | null;
}

function paired(coins: readonly Coin[]): Coin[] {
  const found: Coin[] = [];
  for (let at = 0; at + 1 < coins.length; at += 2) {
    const [one, other] = [coins[at] as Coin, coins[at + 1] as Coin];
    found.push({ weight: one.weight + other.weight, symbol: -1, parts: [one, other] });
  }
  return found;
}

function merged(one: readonly Coin[], other: readonly Coin[]): Coin[] {
  return [...one, ...other].sort((a, b) => a.weight - b.weight);
}

function spend(coin: Coin, lengths: Uint8Array): void {
  if (coin.parts) for (const part of coin.parts) spend(part, lengths);
  else lengths[coin.symbol] = (lengths[coin.symbol] ?? 0) + 1;
}

/** The bits of each symbol's code, the first one lowest, as they are written. */
export function codesOf(lengths: Uint8Array): Uint16Array {
  const codes = new Uint16Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    for (const [symbol, one] of lengths.entries()) {
      if (one === length) codes[symbol] = reversed(code++, length);
    }
    code <<= 1;
  }
  return codes;
}

function reversed(code: number, length: number): number {
  let found = 0;
  for (let bit = 0; bit < length; bit++) found |= ((code >> bit) & 1) << (length - 1 - bit);
  return found;
}

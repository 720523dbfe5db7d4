// Bits one after the other, the first one lowest in its byte.

export class Bits {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #kept = 0;
  #bits = 0;

  /** The lowest `count` bits of a value, at most 16. */
  write(value: number, count: number): void {
    this.#kept |= value << this.#bits;
    this.#bits += count;
    while (this.#bits >= 8) {
      this.byte(this.#kept & 0xff);
      this.#kept >>>= 8;
      this.#bits -= 8;
    }
  }

  /** Fills the last byte up. */
  align(): void {
    if (this.#bits) this.byte(this.#kept & 0xff);
    this.#kept = this.#bits = 0;
  }

  /** A whole byte, where the bytes before are whole. */
  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

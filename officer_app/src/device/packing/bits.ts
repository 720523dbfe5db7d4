// Bits one after the other, the first one lowest in its byte.

export class Bits {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #kept = 0;
  #bits = 0;

  /** The lowest `count` bits of a value, at most 24. */
  write(value: number, count: number): void {
    this.#kept |= (value & ((1 << count) - 1)) << this.#bits;
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

  /** Marks where the bits end for whoever reads them from behind. */
  close(): void {
    this.write(1, 1);
    this.align();
  }

  /** A whole byte, where the bytes before are whole. */
  byte(value: number): void {
    this.#makeRoom(1);
    this.#bytes[this.#length++] = value;
  }

  /** Whole bytes, likewise. */
  append(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #makeRoom(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

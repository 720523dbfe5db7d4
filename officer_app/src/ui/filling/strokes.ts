// Drawing with a finger: strokes on a white sheet, or on a picture.

export type Point = readonly [x: number, y: number];
export interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly points: Point[];
}

const PAPER = "#ffffff";
const INK = "#10201d";
const MARGIN = 0.08;

/** A sheet that knows all its strokes, so that the last one can be taken back. */
export class Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly #ground: ImageBitmap | null;
  readonly #context: CanvasRenderingContext2D;
  readonly strokes: Stroke[] = [];
  name = "";

  /** Throws an `Error` where the browser cannot draw. */
  constructor(canvas: HTMLCanvasElement, ground: ImageBitmap | null) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    this.canvas = canvas;
    this.#ground = ground;
    this.#context = context;
    this.draw();
  }

  get isBlank(): boolean {
    return this.strokes.length === 0 && !this.name;
  }

  /** Where a finger is, in the pixels of the sheet. */
  at(event: PointerEvent): Point {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const { canvas } = this;
    return [
      ((event.clientX - left) / width) * canvas.width,
      ((event.clientY - top) / height) * canvas.height,
    ];
  }

  begin(point: Point, colour: string, width: number): void {
    this.strokes.push({ colour, width, points: [point] });
    this.#stroke(this.strokes.at(-1));
  }

  go(point: Point): void {
    const stroke = this.strokes.at(-1);
    stroke?.points.push(point);
    // Only the last piece: a long signature stays quick.
    if (stroke) this.#stroke({ ...stroke, points: stroke.points.slice(-3) });
  }

  back(): void {
    this.strokes.pop();
    this.draw();
  }

  clear(): void {
    this.strokes.length = 0;
    this.name = "";
    this.draw();
  }

  /** Everything anew. */
  draw(): void {
    const { width, height } = this.canvas;
    this.#context.fillStyle = PAPER;
    this.#context.fillRect(0, 0, width, height);
    if (this.#ground) this.#context.drawImage(this.#ground, 0, 0, width, height);
    for (const stroke of this.strokes) this.#stroke(stroke);
    if (this.name) this.#write();
  }

  /** The sheet as a picture. */
  picture(): Promise<Blob | null> {
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }

  /** A name as large as it fits: the signature of who cannot draw one. */
  #write(): void {
    const { width, height } = this.canvas;
    const font = (size: number) => `italic ${size}px cursive, serif`;
    let size = height / 3;
    this.#context.font = font(size);
    size = Math.min(size, (size * width * (1 - 2 * MARGIN)) / this.#context.measureText(this.name).width);
    this.#context.font = font(size);
    this.#context.fillStyle = INK;
    this.#context.textAlign = "center";
    this.#context.textBaseline = "middle";
    this.#context.fillText(this.name, width / 2, height / 2);
  }

  #stroke(stroke: Stroke | undefined): void {
    const [first, ...others] = stroke?.points ?? [];
    if (!stroke || !first) return;
    const context = this.#context;
    context.strokeStyle = stroke.colour;
    context.lineWidth = stroke.width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...first);
    // A dot is a stroke too.
    if (others.length === 0) context.lineTo(first[0] + 0.1, first[1]);
    for (const point of others) context.lineTo(...point);
    context.stroke();
  }
}

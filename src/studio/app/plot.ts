/** Readings of one probe as they come; by frame, holes where nothing is known. */
export interface Curve {
  readonly name: string;
  readonly expected: readonly (number | undefined)[];
  readonly actual: readonly (number | undefined)[];
}

/** Draws both runs' readings over the frames up to `end`, and lines where states were loaded. */
export function draw(
  canvas: HTMLCanvasElement,
  { expected, actual }: Curve,
  end: number,
  repairs: readonly number[],
): void {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
  }
  const to = canvas.getContext("2d")!;
  const colour = (name: string): string => getComputedStyle(canvas).getPropertyValue(name);
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  to.clearRect(0, 0, width, height);
  const [low, high] = span(expected, actual);
  const y = (value: number): number => height - 4 - ((value - low) / (high - low || 1)) * (height - 8);
  const x = (frame: number): number => (frame / Math.max(1, end)) * width;
  to.fillStyle = colour("--warn");
  for (const frame of repairs) to.fillRect(x(frame), 0, 1, height);
  to.lineWidth = 3;
  to.strokeStyle = colour("--line");
  line(to, expected, width, end, y);
  to.lineWidth = 1.25;
  to.strokeStyle = colour("--accent");
  line(to, actual, width, end, y);
}

function span(...curves: readonly (readonly (number | undefined)[])[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const curve of curves)
    for (const value of curve) {
      if (value === undefined || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low <= high ? [low, high] : [0, 1];
}

/** For each column of pixels the least and the most of its frames: no peak is lost. */
function line(
  to: CanvasRenderingContext2D,
  curve: readonly (number | undefined)[],
  width: number,
  end: number,
  y: (value: number) => number,
): void {
  to.beginPath();
  let drawn = false;
  for (let column = 0; column < width; column++) {
    const first = Math.floor((column / width) * (end + 1));
    const last = Math.max(first + 1, Math.floor(((column + 1) / width) * (end + 1)));
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let frame = first; frame < last; frame++) {
      const value = curve[frame];
      if (value === undefined || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low > high) {
      drawn = false;
      continue;
    }
    if (drawn) to.lineTo(column, y(high));
    else to.moveTo(column, y(high));
    to.lineTo(column, y(low));
    drawn = true;
  }
  to.stroke();
}

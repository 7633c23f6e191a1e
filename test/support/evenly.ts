/**
 * Chance whose numbers are spread evenly: of every ten in a row one is in each tenth, in an order that
 * `random` says. What has a share of 0.3 happens three times in ten, and no run has worse luck than another.
 */
export function evenly(random: () => number): () => number {
  let tenths: number[] = [];
  return () => {
    if (tenths.length === 0) tenths = Array.from({ length: TENTHS }, (_, at) => at);
    const [tenth = 0] = tenths.splice(Math.floor(random() * tenths.length), 1);
    return (tenth + random()) / TENTHS;
  };
}

const TENTHS = 10;

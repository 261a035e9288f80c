const SPLIT = /[\s,;]+/u;

function digits(text: string): bigint {
  let sum = 0n;
  for (const [digit] of text.matchAll(/\d/g)) sum += BigInt(digit);
  return sum;
}

export default function migrate(event: any): any | null {
  if (event.text === "skip") return null;
  if (event.text === "crash") throw new Error(`event ${event.id} is broken`);
  if (event.text === "forever") while (true);
  if (event.text === "greedy") {
    const all: string[] = [];
    for (let i = 0; ; i++) all.push("x".repeat(1000) + i);
  }
  if (event.text === "misfit") return { ...event, words: JSON.parse("[1]") };
  const words = event.text.split(SPLIT).filter((word: string) => word !== "");
  let longest: string | null = null;
  for (const word of words) if (word.length > (longest ?? "").length) longest = word;
  const day = new Date(event.at);
  day.setUTCHours(0, 0, 0, 0);
  return {
    ...event,
    at: day,
    words,
    longest,
    counts: { capitals: [...event.text].filter((c) => c !== c.toLowerCase()).length, digits: digits(event.text) },
  };
}

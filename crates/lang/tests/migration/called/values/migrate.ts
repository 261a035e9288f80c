type Sum = { total: number; count: number };

function* positive(list: number[]): Generator<number> {
  for (const n of list) if (n > 0) yield n;
}

export default function migrate(sample: any): any {
  const { n, m = 2, big, at, inner, flags } = sample;
  const sum = inner.list.reduce((sum: Sum, n: number) => ({ total: sum.total + n, count: sum.count + 1 }), { total: 0, count: 0 } as Sum);
  let bits = 0;
  for (let i = 0; i < flags.length; i++) bits |= +flags[i] << i;
  const start = new Date(at);
  start.setUTCDate(1);
  start.setUTCHours(0, 0, 0, 0);
  const next = new Date(start.getTime());
  next.setMonth(next.getMonth() + 1);
  return {
    ...sample,
    text: [n, -n, n / 3, n ** 2, n % 7, n | 0, n >>> 1, Math.hypot(n, 1) > 1].join(" "),
    number: Number.isInteger(n) ? Math.sign(n) * Math.trunc(Math.cbrt(Math.abs(n))) : parseFloat(n.toPrecision(3)),
    sum: sum.count === 0 ? NaN : sum.total / sum.count + bits + m,
    big: big / 3n + (big & 255n),
    at: next.getTime() > 10413791999999 ? null : next,
    day: `${at.toISOString()} ${at.getDay()} ${start.valueOf()} ${JSON.stringify({ at, n, list: [...positive(inner.list)] })}`,
    grade: sample.grade,
    flags: [...flags].reverse(),
    inner: {
      deep: inner.deep === null ? undefined : inner.deep,
      list: [...inner.list].sort((a: number, b: number) => a - b || 0),
      keys: Object.entries(inner).map(([key, value]) => `${key}:${typeof value}`).join(),
    },
  };
}

export default function migrate(event) {
  const result = { ...event };
  const other = result;
  result.number = 1;
  return other;
}

export default function migrate(event) {
  const result = { ...event };
  result.number = 1;
  return result;
}

export default function migrate(event) {
  return { ...event, number: Math.random() };
}

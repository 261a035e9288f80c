export default function migrate(event) {
  return { ...event, number: Math.sin(event.number) + event.number ** 3 };
}

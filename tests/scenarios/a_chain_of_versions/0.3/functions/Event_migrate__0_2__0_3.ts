export default function migrate(event: any) {
  return { ...event, score: event.loud ? 10 : 1 };
}

export default function run(raw: any) {
  return { id: raw.id };
}

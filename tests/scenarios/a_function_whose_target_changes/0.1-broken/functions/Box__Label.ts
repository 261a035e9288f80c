export default async function run(box: any) {
  return { id: box.id, text: await ask(box.to), size: 1 };
}

import { chromium, type Page } from "playwright-core";

// `SLOW=3 npm test -- test/browser`: the pages' tests in a browser that is as many times slower, and gets each file up to
// 200 times as many milliseconds late. What only holds where everything is there at once fails then.

const SLOWER = Number(process.env.SLOW);
const LATE = 200 * SLOWER;

const launch = chromium.launch.bind(chromium);
chromium.launch = async (options) => {
  const browser = await launch(options);
  const open = browser.newContext.bind(browser);
  browser.newContext = async (...of) => {
    const context = await open(...of);
    const page = context.newPage.bind(context);
    context.newPage = async () => slowed(await page());
    return context;
  };
  return browser;
};

async function slowed(page: Page): Promise<Page> {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.route("**/*", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LATE));
    await route.fallback().catch(() => {}); // the page is gone
  });
  return page;
}

import { chromium, type Locator, type Page } from 'playwright-core';

/** A person at Temporal's web UI. */
export interface WebUi {
  /**
   * Opens a run's page, picks the message in the form of that kind, pastes its input and sends it. Gives
   * what the form says of a refusal; of a signal it says nothing.
   */
  send(message: UiMessage): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface UiMessage {
  readonly kind: 'signal' | 'update';
  readonly workflowId: string;
  readonly runId: string;
  readonly name: string;
  readonly input: object;
}

const STEP_TIMEOUT_MS = 60_000;

/** Headless, and with nobody to talk to but this machine: the UI asks for a feed of news. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
];

const FORMS = {
  signal: {
    item: 'Send a Signal',
    dialog: 'signal-confirmation-modal',
    list: 'signal-select-button',
  },
  update: {
    item: 'Send an Update',
    dialog: 'update-confirmation-modal',
    list: 'update-select-button',
  },
} as const;

export async function openWebUi({
  executable,
  uiUrl,
}: {
  readonly executable: string;
  readonly uiUrl: string;
}): Promise<WebUi> {
  const browser = await chromium.launch({
    executablePath: executable,
    headless: true,
    args: ARGUMENTS,
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  return {
    send: async (message) => {
      await page.goto(pageOf(uiUrl, message));
      return fillIn(page, message);
    },
    close: () => browser.close(),
  };
}

function pageOf(uiUrl: string, { workflowId, runId }: UiMessage): string {
  const id = encodeURIComponent(workflowId);
  return `${uiUrl}/namespaces/default/workflows/${id}/${runId}/timeline`;
}

/** Menus and dialogs stand twice in the page, of which one can be seen. */
async function fillIn(page: Page, { kind, name, input }: UiMessage): Promise<string | undefined> {
  const form = FORMS[kind];
  await visible(page.getByRole('button', { name: 'More Actions' })).click();
  await visible(page.getByRole('menuitem', { name: form.item })).click();
  const dialog = page.locator(`[data-testid="${form.dialog}"]:visible`);
  await dialog.getByTestId(form.list).click();
  await dialog.getByRole('option', { name: new RegExp(`^\\s*${name}\\b`) }).click();
  await dialog.locator('.cm-content').click();
  // Pasted, not typed: an editor helps those who type with brackets and quotes.
  await page.keyboard.insertText(JSON.stringify(input));
  // Leaving the editor lays the text out anew, which moves the button.
  await page.keyboard.press('Tab');
  await dialog.getByTestId('confirm-modal-button').click();
  return answerIn(dialog);
}

/** Either the dialog goes, or it stays and says why. */
async function answerIn(dialog: Locator): Promise<string | undefined> {
  const alert = visible(dialog.getByRole('alert'));
  const refused = alert.waitFor().then(() => alert.innerText());
  const sent = dialog.waitFor({ state: 'detached' }).then(() => undefined);
  // What did not come is waited for until the page closes, and is no news then.
  for (const each of [refused, sent]) each.catch(() => undefined);
  return Promise.race([refused, sent]);
}

function visible(locator: Locator): Locator {
  return locator.locator('visible=true').first();
}

// For the page's "Try it out": a request that needs an Idempotency-Key gets a new one each time it is executed, unless its reader has typed one.
document.addEventListener('DOMContentLoaded', () => {
    const header = 'Idempotency-Key';
    const made = new Set();

    const freshKeys = () => ({
        statePlugins: {
            spec: {
                wrapActions: {
                    validateParams: (original, system) => (operation) => {
                        const parameter = system.specSelectors.parameterWithMeta(operation, header, 'header');
                        const typed = parameter && parameter.get('value');
                        if (parameter && parameter.get('required') && (!typed || made.has(typed))) {
                            const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
                            made.add(key);
                            system.specActions.changeParam(operation, header, 'header', key, false);
                        }

                        return original(operation);
                    },
                },
            },
        },
    });

    const bundle = window.SwaggerUIBundle;
    const withKeys = (config) => bundle({ ...config, plugins: [...(config.plugins || []), freshKeys] });
    window.SwaggerUIBundle = Object.assign(withKeys, bundle);
});

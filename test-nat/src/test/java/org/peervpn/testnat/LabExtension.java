package org.peervpn.testnat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives every test a laboratory of its own as parameter; if the test fails, shows what the programs in it printed. */
final class LabExtension
        implements BeforeAllCallback, ParameterResolver, AfterTestExecutionCallback, AfterEachCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        Lab.requireRoot();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Lab.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Lab lab = Lab.create();
        store(context).put(Lab.class, lab);
        return lab;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Lab lab = store(context).get(Lab.class, Lab.class);
        if (lab != null && context.getExecutionException().isPresent()) {
            System.out.println(lab.report());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Lab lab = store(context).remove(Lab.class, Lab.class);
        if (lab != null) {
            lab.close();
        }
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(Namespace.create(LabExtension.class, context.getUniqueId()));
    }
}
